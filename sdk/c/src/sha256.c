/// SHA-256 as FIPS 180-4 defines it.
#include "sha256.h"

#include <stdint.h>

/// The fractions of the cube roots of the first 64 primes.
static const uint32_t rounds[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

/// The fractions of the square roots of the first eight primes.
static const uint32_t start[8] = {
    0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
};

static uint32_t turn(uint32_t word, unsigned bits) { return word >> bits | word << (32 - bits); }

static void schedule(const unsigned char block[64], uint32_t words[64]) {
    for (unsigned at = 0; at < 16; at++) {
        const unsigned char *bytes = block + at * 4;
        words[at] = (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
    }
    for (unsigned at = 16; at < 64; at++) {
        uint32_t before = words[at - 15], last = words[at - 2];
        uint32_t low = turn(before, 7) ^ turn(before, 18) ^ before >> 3;
        uint32_t high = turn(last, 17) ^ turn(last, 19) ^ last >> 10;
        words[at] = words[at - 16] + low + words[at - 7] + high;
    }
}

static void compress(uint32_t state[8], const unsigned char block[64]) {
    uint32_t words[64], mixed[8];
    schedule(block, words);
    memcpy(mixed, state, sizeof mixed);
    for (unsigned at = 0; at < 64; at++) {
        uint32_t a = mixed[0], b = mixed[1], c = mixed[2], e = mixed[4], f = mixed[5], g = mixed[6];
        uint32_t first = mixed[7] + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + ((e & f) ^ (~e & g)) + rounds[at] + words[at];
        uint32_t second = (turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + ((a & b) ^ (a & c) ^ (b & c));
        memmove(mixed + 1, mixed, 7 * sizeof *mixed);
        mixed[4] += first;
        mixed[0] = first + second;
    }
    for (unsigned at = 0; at < 8; at++) state[at] += mixed[at];
}

/// The last bytes, fewer than 64, and how many bits there were.
static void finish(uint32_t state[8], gantry_text rest, uint64_t bits) {
    unsigned char block[64] = {0};
    if (rest.length) memcpy(block, rest.ptr, rest.length);
    block[rest.length] = 0x80;
    if (rest.length >= 56) {
        compress(state, block);
        memset(block, 0, sizeof block);
    }
    for (unsigned at = 0; at < 8; at++) block[63 - at] = (unsigned char)(bits >> (at * 8));
    compress(state, block);
}

void sha256_hex(gantry_text bytes, char digits[SHA256_DIGITS]) {
    uint32_t state[8];
    uint64_t bits = (uint64_t)bytes.length * 8;
    memcpy(state, start, sizeof state);
    for (; bytes.length >= 64; bytes = gantry_behind(bytes, 64)) compress(state, (const unsigned char *)bytes.ptr);
    finish(state, bytes, bits);
    for (unsigned at = 0; at < SHA256_DIGITS; at++) {
        digits[at] = "0123456789abcdef"[state[at / 8] >> (28 - at % 8 * 4) & 15];
    }
}
