/** The golden cases of order-to-erp, run natively: this plugin is its sibling. */

import { runCases } from "@gantry/sdk/testing";

import { transform } from "../src/plugin.ts";

runCases(transform, "../order-to-erp/cases");
