/** The contract's import `lookup`. */
export { get } from "gantry:plugin/lookup@0.1.0";
