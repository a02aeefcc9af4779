/**
 * Finding the phone number in a text.
 */

import { ZEROS } from "./data/digits.js";

const LONGEST = 250;

/** One mark for each kind of punctuation; capitals for the letters beyond ASCII that call an extension one. */
const CLASSES = [
  "++＋",
  "--‐‑‒–—―−ー－",
  "//／",
  "..．",
  "  \u00a0",
  "~~～",
  "##＃",
  "(()（）[]［］⁓∼\u00ad\u200b\u2060\u3000",
  "DдД",
  "OоО",
  "BбБ",
  "AóÓ",
  "EｅＥ",
  "XｘＸ",
  "TｔＴ",
  "NｎＮ",
  "IｉＩ",
];

/** @type {ReadonlyMap<string, string>} */
const MARKS = new Map([
  ...[..."*,;:=\t\\"].map((char) => /** @type {const} */ ([char, char])),
  ...CLASSES.flatMap(([mark = "", ...chars]) => chars.map((char) => /** @type {const} */ ([char, mark]))),
]);

const ZERO_CODES = ZEROS.split("\n").map((zero) => parseInt(zero, 16));

const CONTEXT = ";phone-context=";
const GLOBAL_CONTEXT = /^\+[-.(\d]*\d[-.(\d]*$/;
const DOMAIN = /^(?:[a-z\d](?:[a-z\d-]*[a-z\d])?\.)*[a-z](?:[a-z\d-]*[a-z\d])?\.?$/;
const UNWANTED_END = "+-/. ~(*,;:=\t\\!";
const SECOND_NUMBER = /[\\/] *x/;
const PLAIN = /^(?:\d\d|\+*(?:[-x (./~*]*\d){3}[-x (./~*a-z\d]*)$/;

/** A longer label before those that it ends with. */
const LABELS = [
  ...["extension", "xtension", "extensio", "xtensio", "extensiAn", "xtensiAn", "extensiA", "xtensiA"],
  ...["extn", "xtn", "ext", "xt", "EXTN", "XTN", "EXT", "XT", "anexo", "DOB"],
];
const SHORT_LABELS = ["int", "INT", "x", "X", "#", "~"];

/** Commas are pauses before an extension, and how long that may be. */
const COMMAS = /** @type {const} */ ([
  [",,", 15],
  [",", 9],
]);

const KEYS = "22233344455566677778889999";

/**
 * The number in a text, without its extension, as a plus, digits, letters and marks; undefined where there is none.
 * @param {string} text
 * @returns {string | undefined}
 */
export function numberIn(text) {
  const chars = [...text];
  if (chars.length > LONGEST) return undefined;
  const written = chars.map((char) => (char.length > 1 ? "!" : char)).join("");
  const number = located(chars.map(markOf).join(""), written);
  if (number === undefined || !isViable(number)) return undefined;
  const extension = extensionStart(number);
  const front = extension === undefined ? number : number.slice(0, extension);
  return isViable(front) ? front : number;
}

/**
 * The digits of a number; three letters or more are those of the keys of a telephone.
 * @param {string} number
 * @returns {string}
 */
export function digitsOf(number) {
  const isSpelled = number.replace(/[^a-z]/g, "").length >= 3;
  const dialled = isSpelled ? number.replace(/[a-z]/g, (letter) => KEYS.charAt(letter.charCodeAt(0) - 97)) : number;
  return dialled.replace(/[^\d]/g, "");
}

/** @param {string} char */
function markOf(char) {
  if (/[A-Za-z0-9]/.test(char)) return char.toLowerCase();
  const mark = MARKS.get(char);
  if (mark !== undefined) return mark;
  const code = char.codePointAt(0) ?? 0;
  const zero = ZERO_CODES.find((zero) => code >= zero && code < zero + 10);
  if (zero !== undefined) return String(code - zero);
  return /[\p{Alphabetic}\p{N}]/u.test(char) ? "?" : "!";
}

/**
 * From the first digit or plus to the last letter or digit; of a link, its number in its context.
 * @param {string} text
 * @param {string} written the text before its characters became marks
 */
function located(text, written) {
  const at = text.indexOf(CONTEXT);
  const number = at < 0 ? possible(text, written) : inContext(text.slice(0, at), text.slice(at + CONTEXT.length));
  const address = number?.indexOf(";isub=") ?? -1;
  return address > 0 ? number?.slice(0, address) : number;
}

/**
 * A second number is called so with a small letter only.
 * @param {string} text
 * @param {string} written
 */
function possible(text, written) {
  const start = text.search(/[+\d]/);
  if (start < 0) return undefined;
  let end = text.length;
  while (end > start && UNWANTED_END.includes(text.charAt(end - 1))) end--;
  const number = text.slice(start, end);
  const second = written.slice(start, end).search(SECOND_NUMBER);
  return second < 0 ? number : number.slice(0, second);
}

/**
 * @param {string} front
 * @param {string} parameters
 */
function inContext(front, parameters) {
  const [context = ""] = parameters.split(";");
  const scheme = front.indexOf("tel:");
  const number = scheme < 0 ? front : front.slice(scheme + 4);
  if (GLOBAL_CONTEXT.test(context)) return context + number;
  return DOMAIN.test(context) ? number : undefined;
}

/**
 * Whether it is made like a number: two digits, or three and more with marks among them and letters behind.
 * @param {string} number
 */
function isViable(number) {
  if (PLAIN.test(number)) return true;
  const extension = extensionStart(number);
  return extension !== undefined && PLAIN.test(number.slice(0, extension));
}

/**
 * Where the extension begins, with the blanks before it; undefined where there is none.
 * @param {string} number
 */
function extensionStart(number) {
  const hasHash = number.endsWith("#");
  const front = trimmedEnd(hasHash ? number.slice(0, -1) : number, "0123456789");
  const count = number.length - front.length - (hasHash ? 1 : 0);
  if (count === 0) return undefined;
  const bare = trimmedEnd(front, " \t,-");
  const label = /[.:]$/.test(bare) ? bare.slice(0, -1) : bare;
  /** @type {number[]} */
  const starts = [];
  if (front.endsWith(";ext=") && !hasHash && count <= 20) starts.push(front.length - 5);
  starts.push(...labelled(label, LABELS, count <= 20), ...labelled(label, SHORT_LABELS, count <= 9));
  const beforeDash = trimmedEnd(front, "- ").length;
  if (hasHash && count <= 6 && beforeDash < front.length) starts.push(beforeDash);
  if (label.endsWith(";") && count <= 15) starts.push(trimmedEnd(label.slice(0, -1), " \t").length);
  for (const [commas, most] of COMMAS) {
    const at = front.indexOf(commas, bare.length);
    if (at >= 0 && count <= most) starts.push(trimmedEnd(front.slice(0, at), " \t").length);
  }
  return starts.length === 0 ? undefined : Math.min(...starts);
}

/**
 * Where the label begins with which the text ends, and the blanks before it.
 * @param {string} text
 * @param {readonly string[]} labels
 * @param {boolean} isShort whether the extension behind it is short enough
 */
function labelled(text, labels, isShort) {
  const label = isShort ? labels.find((label) => text.endsWith(label)) : undefined;
  return label === undefined ? [] : [trimmedEnd(text.slice(0, -label.length), " \t,").length];
}

/**
 * @param {string} text
 * @param {string} chars
 */
function trimmedEnd(text, chars) {
  let end = text.length;
  while (end > 0 && chars.includes(text.charAt(end - 1))) end--;
  return text.slice(0, end);
}
