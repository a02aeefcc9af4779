/** The contract's import `clock`. */
export { nowMs } from "gantry:plugin/clock@0.1.0";
