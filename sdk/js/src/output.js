/**
 * One message to send on, as the plugin made it.
 */

import { writeJson } from "./json/write.js";

/**
 * What may be said of an output beside its payload.
 * @typedef {object} OutputOptions
 * @property {string | null | undefined} [route] A target of the flow; none means its default target.
 * @property {string | null | undefined} [key] Outputs with the same key are delivered in order; none: the key of the
 *   message.
 * @property {string | null | undefined} [idempotencyKey] What the target recognises a repetition by: derive it from the
 *   business object and its version, never from chance; `idempotencyKey()` makes one of any texts. None: the host derives
 *   one from the message's id and the output's position.
 * @property {string | undefined} [contentType] Media type of the payload.
 * @property {Readonly<Record<string, string>> | readonly (readonly [string, string])[] | undefined} [headers] Sent along
 *   to the target; as pairs where a name repeats.
 */

/** One message to send on. */
export class Output {
  /**
   * A payload of any kind.
   * @param {string} contentType
   * @param {string | Uint8Array} payload
   * @param {OutputOptions} [options]
   */
  constructor(contentType, payload, options = NO_OPTIONS) {
    this.contentType = options.contentType ?? contentType;
    this.payload = payload;
    /** Route, keys and headers. */
    this.options = options;
  }

  /**
   * This value as JSON. Decimals leave as texts, `bigint` as the number it is.
   * @param {unknown} value
   * @param {OutputOptions} [options]
   */
  static json(value, options) {
    return new Output("application/json", writeJson(value), options);
  }

  /**
   * @param {string} text
   * @param {OutputOptions} [options] `contentType` is `text/plain` unless given
   */
  static text(text, options) {
    return new Output("text/plain", text, options);
  }

  /**
   * @param {Uint8Array} bytes
   * @param {OutputOptions} [options] `contentType` is `application/octet-stream` unless given
   */
  static bytes(bytes, options) {
    return new Output("application/octet-stream", bytes, options);
  }

  /**
   * The message as it came: payload, content type and headers.
   * @param {import("./message.js").Message} message
   * @param {OutputOptions} [options]
   */
  static unchanged(message, options) {
    return new Output(message.contentType, message.payload, { headers: message.headers, ...options });
  }
}

/** @type {OutputOptions} */
const NO_OPTIONS = Object.freeze({});
