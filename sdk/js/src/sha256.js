/**
 * SHA-256 as FIPS 180-4 defines it: the engine of a component has no `crypto`.
 */

/** The fractions of the cube roots of the first 64 primes. */
// prettier-ignore
const ROUNDS = Uint32Array.of(
  0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
  0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
  0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
  0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
  0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
  0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
  0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
  0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
);

/** The fractions of the square roots of the first eight primes. */
// prettier-ignore
const START = Uint32Array.of(
  0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
);

/**
 * The digest in lower-case hexadecimal digits.
 * @param {Uint8Array} bytes
 * @returns {string}
 */
export function sha256(bytes) {
  const state = START.slice();
  const blocks = new DataView(padded(bytes).buffer);
  for (let at = 0; at < blocks.byteLength; at += 64) compress(state, blocks, at);
  return Array.from(state, (word) => word.toString(16).padStart(8, "0")).join("");
}

/** @param {Uint8Array} bytes */
function padded(bytes) {
  const whole = new Uint8Array(Math.ceil((bytes.length + 9) / 64) * 64);
  whole.set(bytes);
  whole[bytes.length] = 0x80;
  new DataView(whole.buffer).setBigUint64(whole.length - 8, BigInt(bytes.length) * 8n);
  return whole;
}

/**
 * @param {Uint32Array} state
 * @param {DataView} blocks
 * @param {number} start
 */
function compress(state, blocks, start) {
  const words = schedule(blocks, start);
  let [a, b, c, d, e, f, g, h] = /** @type {Eight} */ (/** @type {unknown} */ (state));
  for (let at = 0; at < 64; at++) {
    const choice = (e & f) ^ (~e & g);
    const constants = /** @type {number} */ (ROUNDS[at]) + /** @type {number} */ (words[at]);
    const first = h + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + choice + constants;
    const majority = (a & b) ^ (a & c) ^ (b & c);
    const second = (turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + majority;
    [a, b, c, d, e, f, g, h] = [(first + second) | 0, a, b, c, (d + first) | 0, e, f, g];
  }
  [a, b, c, d, e, f, g, h].forEach((word, at) => (state[at] = /** @type {number} */ (state[at]) + word));
}

/**
 * @param {DataView} blocks
 * @param {number} start
 */
function schedule(blocks, start) {
  const words = new Uint32Array(64);
  for (let at = 0; at < 16; at++) words[at] = blocks.getUint32(start + at * 4);
  for (let at = 16; at < 64; at++) {
    const before = Number(words[at - 15]);
    const last = Number(words[at - 2]);
    const low = turn(before, 7) ^ turn(before, 18) ^ (before >>> 3);
    const high = turn(last, 17) ^ turn(last, 19) ^ (last >>> 10);
    words[at] = Number(words[at - 16]) + low + Number(words[at - 7]) + high;
  }
  return words;
}

/**
 * @param {number} word
 * @param {number} bits
 */
function turn(word, bits) {
  return (word >>> bits) | (word << (32 - bits));
}

/** @typedef {[number, number, number, number, number, number, number, number]} Eight */
