/**
 * `URLSearchParams`: the query of a URL, and the body of a form.
 */

import { decodeBytes, percentEncoded } from "./percent.js";

export class URLSearchParams {
  /** @type {[string, string][]} */
  #pairs = [];
  /** Told of every change. @type {(query: string) => void} */
  #changed = () => {};

  /**
   * @param {string | Iterable<readonly [string, string]> | Record<string, string>} [init]
   * @param {(query: string) => void} [changed] for the URL that it belongs to
   */
  constructor(init = "", changed = () => {}) {
    if (typeof init === "string") this.#pairs = parsed(init);
    else this.#pairs = pairsOf(init);
    this.#changed = changed;
  }

  get size() {
    return this.#pairs.length;
  }

  /** @param {string} name @param {unknown} value */
  append(name, value) {
    this.#set([...this.#pairs, [wellFormed(name), wellFormed(value)]]);
  }

  /** @param {string} name @param {unknown} [value] */
  delete(name, value) {
    this.#set(this.#pairs.filter(([other, held]) => other !== name || (value !== undefined && held !== String(value))));
  }

  /** @param {string} name */
  get(name) {
    return this.#pairs.find(([other]) => other === name)?.[1] ?? null;
  }

  /** @param {string} name */
  getAll(name) {
    return this.#pairs.filter(([other]) => other === name).map(([, value]) => value);
  }

  /** @param {string} name @param {unknown} [value] */
  has(name, value) {
    return this.#pairs.some(([other, held]) => other === name && (value === undefined || held === String(value)));
  }

  /** @param {string} name @param {unknown} value */
  set(name, value) {
    const at = this.#pairs.findIndex(([other]) => other === name);
    if (at < 0) return this.append(name, value);
    const kept = this.#pairs.filter(([other], index) => other !== name || index === at);
    this.#set(kept.map((pair) => (pair[0] === name ? [name, wellFormed(value)] : pair)));
  }

  sort() {
    this.#set([...this.#pairs].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
  }

  /** @param {(value: string, name: string, all: URLSearchParams) => void} look */
  forEach(look) {
    for (const [name, value] of this.#pairs) look(value, name, this);
  }

  *entries() {
    for (const [name, value] of this.#pairs) yield /** @type {[string, string]} */ ([name, value]);
  }

  *keys() {
    for (const [name] of this.#pairs) yield name;
  }

  *values() {
    for (const [, value] of this.#pairs) yield value;
  }

  [Symbol.iterator]() {
    return this.entries();
  }

  toString() {
    return this.#pairs.map(([name, value]) => `${formEncoded(name)}=${formEncoded(value)}`).join("&");
  }

  /** @param {[string, string][]} pairs */
  #set(pairs) {
    this.#pairs = pairs;
    this.#changed(this.toString());
  }
}

/** @param {string} query */
function parsed(query) {
  const parts = query.replace(/^\?/, "").split("&").filter(Boolean);
  return parts.map((part) => {
    const at = part.indexOf("=");
    const [name, value] = at < 0 ? [part, ""] : [part.slice(0, at), part.slice(at + 1)];
    return /** @type {[string, string]} */ ([formDecoded(name), formDecoded(value)]);
  });
}

/** @param {Iterable<readonly [string, string]> | Record<string, string>} init */
function pairsOf(init) {
  const pairs = Symbol.iterator in init ? [.../** @type {Iterable<any>} */ (init)] : Object.entries(init);
  return pairs.map(([name, value]) => /** @type {[string, string]} */ ([wellFormed(name), wellFormed(value)]));
}

/** @param {unknown} value */
function wellFormed(value) {
  return String(value).toWellFormed();
}

const PLAIN = /[A-Za-z0-9*._-]/;

/** @param {string} text */
function formEncoded(text) {
  return percentEncoded(text, (character) => PLAIN.test(character) || character === " ").replaceAll(" ", "+");
}

/** @param {string} text */
function formDecoded(text) {
  return decodeBytes(text.replaceAll("+", " "));
}
