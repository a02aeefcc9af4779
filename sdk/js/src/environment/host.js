/**
 * Hosts of URLs: names, IPv4 and IPv6 addresses, in the one spelling the URL Standard has for each.
 */

import { decodeBytes, percentEncoded } from "./percent.js";

const FORBIDDEN = /[\0\t\n\r #/:<>?@[\\\]^|]/;
const FORBIDDEN_IN_NAME = /[\0-\x20#%/:<>?@[\\\]^`{|}\x7f]/;

/**
 * @param {string} text
 * @param {boolean} isSpecial whether the scheme is one of the web's
 * @returns {string}
 */
export function parseHost(text, isSpecial) {
  if (text.startsWith("[")) return `[${parseIpv6(text.slice(1, -1), text)}]`;
  if (!isSpecial) {
    if (FORBIDDEN.test(text)) throw invalid(text);
    return percentEncoded(text, (character) => character >= " " && character < "\x7f");
  }
  const name = decodeBytes(text).toLowerCase();
  if (/[^\0-\x7f]/.test(name)) {
    throw new TypeError(`Invalid URL: ${text}: a plugin's URL knows hosts of ASCII only; write the host as xn--…`);
  }
  if (name === "" || FORBIDDEN_IN_NAME.test(name)) throw invalid(text);
  return parseIpv4(name) ?? name;
}

/** @param {string} host */
function invalid(host) {
  return new TypeError(`Invalid URL: host ${host}`);
}

/**
 * The address, if the name is meant as one: its last part is a number.
 * @param {string} name
 * @returns {string | undefined}
 */
function parseIpv4(name) {
  const parts = name.replace(/\.$/, "").split(".");
  const last = parts[parts.length - 1] ?? "";
  if (!/^(?:\d+|0x[0-9a-f]*)$/.test(last)) return undefined;
  const numbers = parts.map(ipv4Number);
  const tail = numbers.pop() ?? NaN;
  const isBroken =
    parts.length > 4 || numbers.some((number) => !(number <= 255)) || !(tail < 256 ** (5 - parts.length));
  if (isBroken) throw invalid(name);
  const address = numbers.reduce((sum, number, at) => sum + number * 256 ** (3 - at), tail);
  return [24, 16, 8, 0].map((bits) => Math.floor(address / 2 ** bits) % 256).join(".");
}

/** @param {string} part */
function ipv4Number(part) {
  if (/^0x[0-9a-f]*$/.test(part)) return part === "0x" ? 0 : parseInt(part, 16);
  if (/^0[0-7]+$/.test(part)) return parseInt(part, 8);
  return /^(?:0|[1-9]\d*)$/.test(part) ? Number(part) : NaN;
}

/**
 * @param {string} text
 * @param {string} host
 */
function parseIpv6(text, host) {
  const [, head = text, dotted] = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(text) ?? [];
  const tail = dotted === undefined ? [] : ipv4Pieces(dotted, host);
  const halves = (dotted === undefined ? head : head.replace(/([^:]):$/, "$1")).split("::");
  if (halves.length > 2 || !host.endsWith("]")) throw invalid(host);
  const [before = [], after] = halves.map((half) => pieces(half, host));
  const given = before.length + (after?.length ?? 0) + tail.length;
  if (after === undefined ? given !== 8 : given > 7) throw invalid(host);
  const zeros = new Array(8 - given).fill(0);
  return compressed([...before, ...zeros, ...(after ?? []), ...tail]);
}

/** @param {string} half @param {string} host */
function pieces(half, host) {
  if (half === "") return [];
  return half.split(":").map((piece) => {
    if (!/^[0-9a-f]{1,4}$/i.test(piece)) throw invalid(host);
    return parseInt(piece, 16);
  });
}

/** @param {string} dotted @param {string} host */
function ipv4Pieces(dotted, host) {
  const bytes = dotted.split(".").map((part) => (/^(?:0|[1-9]\d{0,2})$/.test(part) ? Number(part) : 256));
  if (bytes.some((byte) => byte > 255)) throw invalid(host);
  const [a = 0, b = 0, c = 0, d = 0] = bytes;
  return [a * 256 + b, c * 256 + d];
}

/**
 * The first of the longest runs of zeros is left out.
 * @param {readonly number[]} pieces
 */
function compressed(pieces) {
  const text = pieces.map((piece) => piece.toString(16)).join(":");
  const runs = text.match(/(?<=^|:)0(?::0)+(?=:|$)/g) ?? [];
  const longest = runs.reduce((best, run) => (run.length > best.length ? run : best), "");
  if (longest === "") return text;
  const at = text.search(new RegExp(`(?<=^|:)${longest}(?=:|$)`));
  return `${text.slice(0, at).replace(/:$/, "")}::${text.slice(at + longest.length).replace(/^:/, "")}`;
}
