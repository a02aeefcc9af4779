/** What is JavaScript's alone, run natively: the same as in the sandbox. */

import { runCases } from "@gantry/sdk/testing";

import { transform } from "../src/plugin.js";

runCases(transform, "cases");
