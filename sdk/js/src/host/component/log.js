/** The contract's import `log`. */

export { write } from "gantry:plugin/log@0.1.0";
