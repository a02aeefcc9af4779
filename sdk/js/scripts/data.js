/**
 * Writes the tables of `src/quality/data` from where they are kept:
 *
 *   node scripts/data.js countries ../rust/src/quality/country/names.txt
 *   node scripts/data.js currencies ISO_CURRENCY_CRATE/isodata.tsv
 *   node scripts/data.js phone-plans PHONELIB_CRATE/src/constants.rs
 *
 * The last two are the crates `iso_currency` and `phonelib`, which the Rust SDK uses, so that both judge alike.
 */

import { readFileSync, writeFileSync } from "node:fs";

const HEAD = "Made by scripts/data.js; don't edit.";

/** @type {Record<string, { name: string, says: string, make: (source: string) => string }>} */
const TABLES = {
  countries: {
    name: "COUNTRIES",
    says: "One folded name and its ISO 3166 alpha-2 code a line.",
    make: (source) => source.trim(),
  },
  currencies: {
    name: "CURRENCIES",
    says: "Codes of ISO 4217, each with how many decimals its amounts have.",
    make: currencies,
  },
  "phone-plans": {
    name: "PLANS",
    says: "Country, calling code, prefix inside the country (- for none), lengths of national numbers. From phonelib, MIT.",
    make: phonePlans,
  },
};

/** @param {string} source */
function currencies(source) {
  const rows = source.trim().split("\n").slice(1);
  return rows
    .map((row) => row.split("\t"))
    .map(([code = "", , , , , , decimals = ""]) => code + (decimals === "" ? "2" : decimals))
    .join(" ");
}

/** @param {string} source */
function phonePlans(source) {
  const trunkTable = source.slice(source.indexOf("const NATIONAL_PREFIX"), source.indexOf("const EXTRA_NATIONAL"));
  const trunks = new Map(
    [...trunkTable.matchAll(/\("(\w+)", "(\d+)"\)/g)].map(([, country, trunk]) => [country, trunk]),
  );
  const entry = /code: "(\w+)",[^}]*?phone_lengths: &\[([\d, ]+)\],[^}]*?prefix: (\d+),/g;
  const table = source.slice(0, source.indexOf("type Lengths"));
  return [...table.matchAll(entry)]
    .map(([, country = "", lengths = "", calling]) => [
      country,
      calling,
      trunks.get(country) ?? "-",
      lengths.replaceAll(" ", ""),
    ])
    .map((row) => row.join(" "))
    .join("\n");
}

const [wanted = "", file = ""] = process.argv.slice(2);
const table = TABLES[wanted];
if (table === undefined) throw new Error(`which table? ${Object.keys(TABLES).join(", ")}`);
const text = table.make(readFileSync(file, "utf8"));
const module = `/**\n * ${table.says}\n * ${HEAD}\n * @type {string}\n */\nexport const ${table.name} = \`${text}\`;\n`;
writeFileSync(new URL(`../src/quality/data/${wanted}.js`, import.meta.url), module);
