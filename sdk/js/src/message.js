/**
 * The message as the plugin sees it.
 */

import { Refusal } from "./outcome.js";
import { readJson } from "./json/read.js";
import { decodeUtf8 } from "./utf8.js";
import { writeJson } from "./json/write.js";

/**
 * A message in the contract's words.
 * @typedef {object} RawMessage
 * @property {string} id
 * @property {string | null} key
 * @property {string} contentType
 * @property {[string, string][]} headers
 * @property {number} eventTimeMs
 * @property {number} attempt
 * @property {{ tag: "text", val: string } | { tag: "bytes", val: Uint8Array }} payload
 * @property {[string, string][]} extensions
 */

/** One unit of data, as the host hands it to the plugin. */
export class Message {
  #raw;

  /**
   * The SDK makes these; tests use {@link Message.of}.
   * @param {RawMessage} raw
   */
  constructor(raw) {
    this.#raw = raw;
  }

  /**
   * A message for a unit test: a text or bytes as they are, anything else as JSON.
   * @param {unknown} payload
   * @param {{ id?: string, key?: string, contentType?: string, headers?: Record<string, string>, attempt?: number,
   *   eventTimeMs?: number }} [more]
   */
  static of(payload, { headers = {}, ...more } = {}) {
    const isBytes = payload instanceof Uint8Array;
    const text = () => (typeof payload === "string" ? payload : writeJson(payload));
    return new Message({
      id: "test",
      key: null,
      contentType: "application/json",
      eventTimeMs: 0,
      attempt: 1,
      ...more,
      headers: Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]),
      payload: isBytes ? { tag: "bytes", val: payload } : { tag: "text", val: text() },
      extensions: [],
    });
  }

  /** Stable across retries, replays and restarts. */
  get id() {
    return this.#raw.id;
  }

  /** Messages with the same key are handled in order. */
  get key() {
    return this.#raw.key;
  }

  /** Media type of the payload, with its parameters. */
  get contentType() {
    return this.#raw.contentType;
  }

  /** The content type without its parameters, in lower case: `application/json`. */
  get mediaType() {
    const [type = ""] = this.#raw.contentType.split(";", 1);
    return type.trim().toLowerCase();
  }

  /** What the source sent along: names in lower case with their values; a name may repeat. */
  get headers() {
    return this.#raw.headers;
  }

  /** Milliseconds since the Unix epoch, as the source states it, else the time of arrival. */
  get eventTimeMs() {
    return this.#raw.eventTimeMs;
  }

  /** 1 on the first run. */
  get attempt() {
    return this.#raw.attempt;
  }

  /** The data: a text where the content type is textual and the bytes are valid UTF-8, bytes otherwise. */
  get payload() {
    return this.#raw.payload.val;
  }

  /** What later versions of the contract add; names that mean nothing to the plugin are to be ignored. */
  get extensions() {
    return this.#raw.extensions;
  }

  /**
   * The first header of this name, compared without regard to case.
   * @param {string} name
   * @returns {string | undefined}
   */
  header(name) {
    const wanted = name.toLowerCase();
    return this.#raw.headers.find(([name]) => name === wanted)?.[1];
  }

  /** The payload as text, whichever kind it is; bytes that are no UTF-8 are `not-utf-8`. */
  text() {
    const payload = this.payload;
    return typeof payload === "string" ? payload : decodeUtf8(payload);
  }

  /**
   * The payload read as JSON, every number exactly; what is no JSON is `invalid` at the whole message, `not-json`.
   *
   * `T` is what the author expects, not what is checked: a {@link Checker} checks.
   * @template [T=import("./json/read.js").Json]
   * @returns {T}
   */
  json() {
    const payload = this.payload;
    return /** @type {T} */ (readJson(typeof payload === "string" ? payload : textOfJson(payload)));
  }
}

/** @param {Uint8Array} bytes */
function textOfJson(bytes) {
  try {
    return decodeUtf8(bytes);
  } catch {
    throw Refusal.invalid("", "not-json", "not UTF-8");
  }
}
