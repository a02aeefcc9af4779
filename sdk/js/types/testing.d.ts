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
import { setNow } from "./host/stand-in/clock.js";
import { setTables } from "./host/stand-in/lookup.js";
export { setNow, setTables };
/**
 * A test for each `*.json` of a directory. A directory without cases is a failure.
 * @param {import("./plugin.js").Transform} transform what the plugin exports
 * @param {string} directory seen from the working directory, which `npm test` makes the package's own
 */
export declare function runCases(transform: import("./plugin.js").Transform, directory: string): void;
