/** The clock of native tests: it stands where the test puts it. */
/** @type {import("../services.js").NowMs} */
export declare function nowMs(): number;
/** @param {number} nowMs milliseconds since the Unix epoch */
export declare function setNow(nowMs: number): void;
