/**
 * `TextEncoder` and `TextDecoder`, for UTF-8.
 */

import { encodeUtf8 } from "../utf8.js";

export class TextEncoder {
  get encoding() {
    return "utf-8";
  }

  /** @param {string} [text] */
  encode(text = "") {
    return encodeUtf8(String(text));
  }

  /**
   * As much as there is room for.
   * @param {string} text
   * @param {Uint8Array} to
   */
  encodeInto(text, to) {
    let read = 0;
    let written = 0;
    for (const character of String(text)) {
      const bytes = encodeUtf8(character);
      if (written + bytes.length > to.length) break;
      to.set(bytes, written);
      written += bytes.length;
      read += character.length;
    }
    return { read, written };
  }
}

const UTF8 = ["utf-8", "utf8", "unicode-1-1-utf-8", "unicode11utf8", "unicode20utf8", "x-unicode20utf8"];

export class TextDecoder {
  #fatal;
  #ignoreBOM;

  /**
   * @param {string} [label]
   * @param {{ fatal?: boolean, ignoreBOM?: boolean }} [options]
   */
  constructor(label = "utf-8", { fatal = false, ignoreBOM = false } = {}) {
    if (!UTF8.includes(String(label).trim().toLowerCase())) {
      throw new RangeError(`a plugin's TextDecoder knows UTF-8 only, not ${label}`);
    }
    this.#fatal = fatal;
    this.#ignoreBOM = ignoreBOM;
  }

  get encoding() {
    return "utf-8";
  }

  get fatal() {
    return this.#fatal;
  }

  get ignoreBOM() {
    return this.#ignoreBOM;
  }

  /**
   * @param {ArrayBuffer | ArrayBufferView} [source]
   * @param {{ stream?: boolean }} [options]
   */
  decode(source = new ArrayBuffer(0), { stream = false } = {}) {
    if (stream) throw new RangeError("a plugin's TextDecoder doesn't decode in parts: leave `stream` out");
    const text = decoded(bytesOf(source), this.#fatal);
    return !this.#ignoreBOM && text.startsWith("\ufeff") ? text.slice(1) : text;
  }
}

/** @param {ArrayBuffer | ArrayBufferView} source */
function bytesOf(source) {
  if (ArrayBuffer.isView(source)) return new Uint8Array(source.buffer, source.byteOffset, source.byteLength);
  return new Uint8Array(source);
}

/**
 * What begins a sequence: how many bytes follow, and between what the first of them must be.
 * @param {number} first
 * @returns {readonly [number, number, number] | undefined}
 */
function sequence(first) {
  if (first >= 0xc2 && first <= 0xdf) return [1, 0x80, 0xbf];
  if (first >= 0xe0 && first <= 0xef) return [2, first === 0xe0 ? 0xa0 : 0x80, first === 0xed ? 0x9f : 0xbf];
  if (first >= 0xf0 && first <= 0xf4) return [3, first === 0xf0 ? 0x90 : 0x80, first === 0xf4 ? 0x8f : 0xbf];
  return undefined;
}

/**
 * The text of these bytes; U+FFFD stands for what is no UTF-8.
 * @param {Uint8Array} bytes
 * @param {boolean} fatal
 */
function decoded(bytes, fatal) {
  let text = "";
  for (let at = 0; at < bytes.length;) {
    const { point, length } = character(bytes, at);
    if (point < 0 && fatal) throw new TypeError(`not UTF-8 at byte ${at}`);
    text += point < 0 ? "\ufffd" : String.fromCodePoint(point);
    at += length;
  }
  return text;
}

/**
 * The character at this place, negative where there is none, and how many bytes it takes.
 * @param {Uint8Array} bytes
 * @param {number} at
 */
function character(bytes, at) {
  const first = /** @type {number} */ (bytes[at]);
  if (first < 0x80) return { point: first, length: 1 };
  const [more, low, high] = sequence(first) ?? [0, 0, 0];
  let point = more === 0 ? -1 : first & (0x3f >> more);
  for (let n = 1; n <= more; n++) {
    const next = bytes[at + n] ?? 0;
    const fits = n === 1 ? next >= low && next <= high : (next & 0xc0) === 0x80;
    if (!fits) return { point: -1, length: n };
    point = (point << 6) | (next & 0x3f);
  }
  return { point, length: more + 1 };
}
