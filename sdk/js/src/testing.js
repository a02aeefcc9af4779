/**
 * Runs a plugin's golden cases under Node, `@gantry/sdk/testing`, so that they can't rot between runs in the sandbox.
 *
 * ```js
 * // test/golden.test.js, run by `node --test`
 * import { runCases } from "@gantry/sdk/testing";
 * import { transform } from "../src/plugin.js";
 *
 * runCases(transform, "cases");
 * ```
 *
 * `gantry plugin test` runs the same files against the component. Their format is in
 * `docs/reference/golden-cases.md`. A message whose fault only the sandbox can tell, a deadline for one, is left out here,
 * and the test says so.
 */

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { setNow } from "./host/stand-in/clock.js";
import { setTables } from "./host/stand-in/lookup.js";
import { readCase } from "./testing/case.js";
import { difference } from "./testing/compare.js";
import { isOfTheSandbox } from "./testing/fault.js";

export { setNow, setTables };

/**
 * A test for each `*.json` of a directory. A directory without cases is a failure.
 * @param {import("./plugin.js").Transform} transform what the plugin exports
 * @param {string} directory seen from the working directory, which `npm test` makes the package's own
 */
export function runCases(transform, directory) {
  const files = readdirSync(directory)
    .filter((name) => name.endsWith(".json"))
    .sort();
  assert.ok(files.length > 0, `no cases in ${directory}`);
  for (const name of files) {
    test(name, (context) => {
      const golden = readCase(readFileSync(join(directory, name), "utf8"));
      setTables(golden.tables);
      setNow(golden.nowMs);
      run(transform, golden, (at) =>
        context.diagnostic(`message ${at} is left out: its fault is the sandbox's to tell`),
      );
    });
  }
}

/**
 * @param {import("./plugin.js").Transform} transform
 * @param {import("./testing/case.js").Case} golden
 * @param {(at: number) => void} leftOut told of each message that isn't run here
 */
function run(transform, { description, settings, batch, expected, refused }, leftOut) {
  const positions = [...batch.keys()].filter((at) => !isOfTheSandbox(expected[at]));
  [...batch.keys()].filter((at) => !positions.includes(at)).forEach(leftOut);
  const violations = refusedWith(transform, settings);
  const differs = difference({ invalid: refused ?? [] }, { tag: "invalid", val: violations });
  assert.equal(differs, undefined, `${description}, settings: ${differs}`);
  if (refused !== undefined) return;
  const messages = positions.flatMap((at) => batch[at] ?? []);
  transform.process(messages).forEach((outcome, nth) => {
    const at = positions[nth] ?? nth;
    const found = difference(expected[at], outcome);
    assert.equal(found, undefined, `${description}, message ${at}: ${found}`);
  });
}

/**
 * The violations with which the settings are refused; none where they are not.
 * @param {import("./plugin.js").Transform} transform
 * @param {string} settings
 * @returns {import("./outcome.js").Violation[]}
 */
function refusedWith(transform, settings) {
  try {
    transform.configure(settings);
    return [];
  } catch (thrown) {
    return /** @type {import("./outcome.js").Violation[]} */ (thrown);
  }
}
