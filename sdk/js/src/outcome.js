/**
 * What becomes of one message when it isn't emitted: the answers a mapping throws, and how they look in the contract.
 *
 * Codes are stable and countable, lower case words joined by hyphens; texts are for people.
 */

/**
 * One broken rule. `path` is a JSON Pointer (RFC 6901) into the input; empty for the whole of it.
 * @typedef {{ path: string, code: string, text: string }} Violation
 */

/**
 * Names and values beside a code and its text.
 * @typedef {Readonly<Record<string, string>>} Details
 */

/**
 * What is wrong with one value; it doesn't know yet where the value stands. The quality kit throws these, and a
 * {@link Checker} adds the place.
 */
export class Defect extends Error {
  /**
   * @param {string} code
   * @param {string} text
   */
  constructor(code, text) {
    super(text);
    /** Stable and countable. */
    this.code = code;
  }

  /**
   * The defect at its place, a JSON Pointer.
   * @param {string} path
   * @returns {Violation}
   */
  at(path) {
    return { path, code: this.code, text: this.message };
  }
}
Defect.prototype.name = "Defect";

/** Why a message is not emitted: throw it, or return it. */
export class Refusal extends Error {
  /**
   * Authors use {@link Refusal.skip}, {@link Refusal.invalid}, {@link Refusal.retry} and {@link Refusal.reject}.
   * @param {"skip" | "invalid" | "retry" | "reject"} kind
   * @param {string} code
   * @param {string} text
   * @param {{ violations?: readonly Violation[], details?: Details | undefined, afterMs?: number | undefined }} more
   */
  constructor(kind, code, text, { violations = [], details, afterMs } = {}) {
    super(text);
    this.kind = kind;
    /** Stable and countable. */
    this.code = code;
    /** The broken rules, if it is `invalid`. */
    this.violations = violations;
    /** Names and values beside it. */
    this.details = details;
    /** How long a retry is to wait at least; undefined: the flow's retry policy decides. */
    this.afterMs = afterMs;
  }

  /**
   * Leaves the message out, on purpose: it is counted and never a dead letter.
   * @param {string} code
   * @param {string} text
   * @param {{ details?: Details }} [more]
   */
  static skip(code, text, more) {
    return new Refusal("skip", code, text, more);
  }

  /**
   * The data breaks this rule: dead letter at once. To collect several, see {@link Checker}.
   * @param {string} path JSON Pointer; empty for the whole of the message
   * @param {string} code
   * @param {string} text
   */
  static invalid(path, code, text) {
    return Refusal.violations([{ path, code, text }]);
  }

  /**
   * The data breaks these rules.
   * @param {readonly Violation[]} violations at least one
   */
  static violations(violations) {
    const listed = violations.map(({ path, code, text }) => `${path} ${text} (${code})`);
    return new Refusal("invalid", violations[0]?.code ?? "", listed.join("; "), { violations });
  }

  /**
   * Asks for the same message again, when the flow's retry policy says or after a while.
   * @param {string} code
   * @param {string} text
   * @param {{ afterMs?: number, details?: Details }} [more]
   */
  static retry(code, text, more) {
    return new Refusal("retry", code, text, more);
  }

  /**
   * Gives the message up: it can never be processed.
   * @param {string} code
   * @param {string} text
   * @param {{ details?: Details }} [more]
   */
  static reject(code, text, more) {
    return new Refusal("reject", code, text, more);
  }
}
Refusal.prototype.name = "Refusal";
