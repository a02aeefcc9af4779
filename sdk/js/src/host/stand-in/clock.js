/** The clock of native tests: it stands where the test puts it. */

let now = 0;

/** @type {import("../services.js").NowMs} */
export function nowMs() {
  return now;
}

/** @param {number} nowMs milliseconds since the Unix epoch */
export function setNow(nowMs) {
  now = nowMs;
}
