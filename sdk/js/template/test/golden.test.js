/** The golden cases, run natively. */

import { runCases } from "@gantry/sdk/testing";

import { transform } from "../src/plugin.js";

runCases(transform, "cases");
