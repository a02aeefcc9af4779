/** The contract's import `log`. */

import { write as toHost } from "gantry:plugin/log@0.1.0";

/** The field of a line that names its message: a call has a whole batch. */
const MESSAGE_FIELD = "gantry.message";

/** The id of the message that is being mapped; empty when none is. */
let message = "";

/**
 * Lines are about the message with this id from now on.
 * @param {string} id
 */
export function about(id) {
  message = id;
}

/** @type {import("../services.js").WriteLog} */
export function write(level, text, fields) {
  toHost(level, text, message === "" ? fields : [...fields, [MESSAGE_FIELD, message]]);
}
