/** The tables of native tests: those the test gives. */

/** @typedef {Readonly<Record<string, Readonly<Record<string, unknown>>>>} Tables Rows by table and key. */

/** @type {Tables} */
let tables = {};

/** @type {import("../services.js").GetRows} */
export function get(table, keys) {
  const rows = Object.hasOwn(tables, table) ? tables[table] : undefined;
  if (rows === undefined) throw Object.assign(new Error(table), { payload: { tag: "unknown-table" } });
  return keys.map((key) => (Object.hasOwn(rows, key) ? JSON.stringify(rows[key]) : null));
}

/** @param {Tables} given */
export function setTables(given) {
  tables = given;
}
