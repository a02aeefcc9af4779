/** What is JavaScript's alone, and what every language must do, run natively: the same as in the sandbox. */

import { runCases } from "@gantry/sdk/testing";

import { transform } from "../src/plugin.js";

runCases(transform, "cases");
runCases(transform, "../../../tests/conformance/cases");
