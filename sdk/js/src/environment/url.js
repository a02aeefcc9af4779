/**
 * `URL`, as the URL Standard reads and writes it. Two parts are left out: a host with letters beyond ASCII is refused,
 * since the tables for it would be larger than the engine, and drive letters in `file:` URLs are ordinary segments.
 */

import { parseHost } from "./host.js";
import { percentEncoded } from "./percent.js";
import { URLSearchParams } from "./query.js";

/** Schemes with an authority, and the port that goes without saying. @type {Readonly<Record<string, string>>} */
const SPECIAL = { "http:": "80", "https:": "443", "ws:": "80", "wss:": "443", "ftp:": "21", "file:": "" };

/**
 * The parts of a URL. The path is a list of segments, or a text where it is opaque (`mailto:a@b`).
 * @typedef {{ protocol: string, username: string, password: string, host: string | null, port: string,
 *   path: string[] | string, query: string | null, fragment: string | null }} Parts
 */

export class URL {
  /** @type {Parts} */
  #parts;
  /** @type {URLSearchParams} */
  #searchParams;

  /** @param {unknown} url @param {unknown} [base] */
  constructor(url, base) {
    this.#parts = parse(String(url), base === undefined ? undefined : parse(String(base)));
    this.#searchParams = this.#readQuery();
  }

  /** @param {unknown} url @param {unknown} [base] */
  static canParse(url, base) {
    return URL.parse(url, base) !== null;
  }

  /** @param {unknown} url @param {unknown} [base] */
  static parse(url, base) {
    try {
      return new URL(url, base);
    } catch {
      return null;
    }
  }

  get href() {
    const { protocol, host, query, fragment } = this.#parts;
    const path = this.pathname;
    // Without an authority a path must not look like one.
    const authority = host === null ? (path.startsWith("//") ? "/." : "") : `//${this.#credentials()}${this.host}`;
    return `${protocol}${authority}${path}${prefixed("?", query)}${prefixed("#", fragment)}`;
  }

  set href(url) {
    this.#parts = parse(String(url));
    this.#searchParams = this.#readQuery();
  }

  get origin() {
    const { protocol } = this.#parts;
    return protocol in SPECIAL && protocol !== "file:" ? `${protocol}//${this.host}` : "null";
  }

  get protocol() {
    return this.#parts.protocol;
  }

  get username() {
    return this.#parts.username;
  }

  get password() {
    return this.#parts.password;
  }

  get host() {
    const { host, port } = this.#parts;
    return port === "" ? (host ?? "") : `${host}:${port}`;
  }

  get hostname() {
    return this.#parts.host ?? "";
  }

  set hostname(host) {
    this.#parts.host = parseHost(String(host), this.#parts.protocol in SPECIAL);
  }

  get port() {
    return this.#parts.port;
  }

  set port(port) {
    this.#parts.port = parsePort(String(port), this.#parts.protocol);
  }

  get pathname() {
    const { path } = this.#parts;
    return typeof path === "string" ? path : path.map((segment) => `/${segment}`).join("");
  }

  set pathname(path) {
    const { protocol } = this.#parts;
    if (typeof this.#parts.path !== "string")
      this.#parts.path = resolve([], String(path).replace(/^[/]/, ""), protocol);
  }

  get search() {
    return this.#parts.query ? `?${this.#parts.query}` : "";
  }

  set search(query) {
    const text = String(query).replace(/^\?/, "");
    this.#parts.query = text === "" ? null : encodeQuery(text, this.#parts.protocol);
    this.#searchParams = this.#readQuery();
  }

  get searchParams() {
    return this.#searchParams;
  }

  get hash() {
    return this.#parts.fragment ? `#${this.#parts.fragment}` : "";
  }

  set hash(fragment) {
    const text = String(fragment).replace(/^#/, "");
    this.#parts.fragment = text === "" ? null : encodeFragment(text);
  }

  toString() {
    return this.href;
  }

  toJSON() {
    return this.href;
  }

  #credentials() {
    const { username, password } = this.#parts;
    if (username === "" && password === "") return "";
    return `${username}${password === "" ? "" : `:${password}`}@`;
  }

  #readQuery() {
    return new URLSearchParams(this.#parts.query ?? "", (query) => {
      this.#parts.query = query === "" ? null : query;
    });
  }
}

/** @param {string} mark @param {string | null} text */
function prefixed(mark, text) {
  return text === null ? "" : mark + text;
}

/** @param {string} text */
function invalid(text) {
  return new TypeError(`Invalid URL: ${text}`);
}

/**
 * @param {string} given
 * @param {Parts} [base]
 * @returns {Parts}
 */
function parse(given, base) {
  const text = given
    .toWellFormed()
    .replace(/^[\0- ]+|[\0- ]+$/g, "")
    .replace(/[\t\n\r]/g, "");
  const [, scheme, afterScheme = ""] = /^([A-Za-z][A-Za-z0-9+.-]*:)(.*)$/s.exec(text) ?? [];
  if (scheme === undefined) {
    if (base === undefined) throw invalid(text);
    return relative(text, base);
  }
  const protocol = scheme.toLowerCase();
  if (protocol in SPECIAL && base?.protocol === protocol && !/^[/\\]/.test(afterScheme))
    return relative(afterScheme, base);
  return absolute(afterScheme, protocol, text);
}

/**
 * The text in front of the query, the query, and the fragment.
 * @param {string} text
 * @param {string} protocol
 */
function split(text, protocol) {
  const [, before = "", query, fragment] = /^([^?#]*)(?:\?([^#]*))?(?:#(.*))?$/s.exec(text) ?? [];
  return {
    before,
    query: query === undefined ? null : encodeQuery(query, protocol),
    fragment: fragment === undefined ? null : encodeFragment(fragment),
  };
}

/**
 * @param {string} text behind the scheme
 * @param {string} protocol
 * @param {string} whole
 * @returns {Parts}
 */
function absolute(text, protocol, whole) {
  const { before, query, fragment } = split(text, protocol);
  const isSpecial = protocol in SPECIAL;
  const none = { protocol, username: "", password: "", host: null, port: "", query, fragment };
  const authority = protocol === "file:" ? /^[/\\]{2}/ : isSpecial ? /^[/\\]*/ : /^\/\//;
  if (authority.test(before)) return { ...none, ...parseAuthority(before.replace(authority, ""), protocol, whole) };
  if (isSpecial) return { ...none, host: "", path: resolve([], before.replace(/^[/\\]/, ""), protocol) };
  if (before.startsWith("/")) return { ...none, path: resolve([], before.slice(1), protocol) };
  // Blanks at the end of an opaque path would be lost where query and fragment are taken away.
  const opaque = percentEncoded(before, (character) => character >= " " && character < "\x7f");
  return { ...none, path: query === null && fragment === null ? opaque : opaque.replace(/ $/, "%20") };
}

/**
 * @param {string} text behind the slashes
 * @param {string} protocol
 * @param {string} whole
 */
function parseAuthority(text, protocol, whole) {
  const isSpecial = protocol in SPECIAL;
  const end = text.search(isSpecial ? /[/\\]/ : /\//);
  const authority = end < 0 ? text : text.slice(0, end);
  const at = authority.lastIndexOf("@");
  const [, username = "", password = ""] = /^([^:]*):?(.*)$/s.exec(at < 0 ? "" : authority.slice(0, at)) ?? [];
  const [, name = "", port = ""] = /^(\[[^\]]*\]|[^:]*)(?::(.*))?$/s.exec(authority.slice(at + 1)) ?? [];
  const isFile = protocol === "file:";
  if (name === "" && ((isSpecial && !isFile) || at >= 0 || port !== "")) throw invalid(whole);
  const host = name === "" ? "" : parseHost(name, isSpecial);
  return {
    username: encodeUserinfo(username),
    password: encodeUserinfo(password),
    host: isFile && host === "localhost" ? "" : host,
    port: parsePort(port, protocol),
    path: end < 0 ? (isSpecial ? [""] : []) : resolve([], text.slice(end + 1), protocol),
  };
}

/** @param {string} text @param {string} protocol */
function parsePort(text, protocol) {
  if (!/^\d*$/.test(text) || Number(text) > 65535) throw invalid(`port ${text}`);
  const port = text === "" ? "" : String(Number(text));
  return port === SPECIAL[protocol] ? "" : port;
}

/**
 * @param {string} text
 * @param {Parts} base
 * @returns {Parts}
 */
function relative(text, base) {
  const { protocol } = base;
  const { before, query, fragment } = split(text, protocol);
  if (typeof base.path === "string") {
    if (!text.startsWith("#")) throw invalid(text);
    return { ...base, fragment };
  }
  const slash = protocol in SPECIAL ? /^[/\\]/ : /^\//;
  if (slash.test(before) && slash.test(before.slice(1))) return absolute(text, protocol, text);
  if (slash.test(before)) return { ...base, path: resolve([], before.slice(1), protocol), query, fragment };
  if (before === "") return { ...base, query: query ?? (text.startsWith("?") ? "" : base.query), fragment };
  return { ...base, path: resolve(base.path.slice(0, -1), before, protocol), query, fragment };
}

const SINGLE_DOT = /^(?:\.|%2e)$/i;
const DOUBLE_DOT = /^(?:\.|%2e){2}$/i;

/**
 * The segments of a path behind those of `above`, without dots.
 * @param {readonly string[]} above
 * @param {string} text
 * @param {string} protocol
 */
function resolve(above, text, protocol) {
  const segments = [...above];
  const given = text.split(protocol in SPECIAL ? /[/\\]/ : "/");
  given.forEach((segment, at) => {
    const isLast = at === given.length - 1;
    if (DOUBLE_DOT.test(segment)) segments.pop();
    else if (!SINGLE_DOT.test(segment)) return segments.push(percentEncoded(segment, staysInPath));
    if (isLast) segments.push("");
  });
  return segments;
}

/** @param {string} excluded */
function allBut(excluded) {
  return (/** @type {string} */ character) => character >= " " && character < "\x7f" && !excluded.includes(character);
}

const staysInPath = allBut(' "#<>?^`{}');
const staysInQuery = allBut(' "#<>');
const staysInSpecialQuery = allBut(" \"#<>'");
const staysInFragment = allBut(' "<>`');
const staysInUserinfo = allBut(' "#<>?^`{}/:;=@[\\]|');

/** @param {string} text @param {string} protocol */
function encodeQuery(text, protocol) {
  return percentEncoded(text, protocol in SPECIAL ? staysInSpecialQuery : staysInQuery);
}

/** @param {string} text */
function encodeFragment(text) {
  return percentEncoded(text, staysInFragment);
}

/** @param {string} text */
function encodeUserinfo(text) {
  return percentEncoded(text, staysInUserinfo);
}
