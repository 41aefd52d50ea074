/**
 * SHA-256 (FIPS 180-4) in plain script, for many short texts one after another: WebCrypto answers
 * each by a promise, and is not there at all on pages served without https.
 */

const ROUND = new Int32Array(64);
const START = new Int32Array(8);
const SCHEDULE = new Int32Array(64);
let padded = new Uint8Array(64);
let view = new DataView(padded.buffer);
fillConstants();

/** The first 32 bits of the fractional parts of cube and square roots of the first primes. */
function fillConstants() {
  const fraction = (root) => Math.floor((root - Math.floor(root)) * 2 ** 32);
  let count = 0;
  for (let number = 2; count < 64; number += 1) {
    let prime = true;
    for (let factor = 2; factor * factor <= number; factor += 1) {
      if (number % factor === 0) prime = false;
    }
    if (!prime) continue;
    if (count < 8) START[count] = fraction(Math.sqrt(number));
    ROUND[count] = fraction(Math.cbrt(number));
    count += 1;
  }
}

/**
 * @param {Uint8Array} bytes the message.
 * @returns {Int32Array} the eight words of its digest.
 */
export function sha256(bytes) {
  const state = START.slice();
  const length = Math.ceil((bytes.length + 9) / 64) * 64;
  if (padded.length !== length) {
    padded = new Uint8Array(length);
    view = new DataView(padded.buffer);
  }
  padded.set(bytes);
  padded.fill(0, bytes.length);
  padded[bytes.length] = 0x80;
  view.setUint32(padded.length - 8, Math.floor(bytes.length / 2 ** 29));
  view.setUint32(padded.length - 4, bytes.length * 8);
  for (let at = 0; at < padded.length; at += 64) compress(state, at);
  return state;
}

/** Take one block of 64 bytes into the state. */
function compress(state, at) {
  const words = SCHEDULE;
  for (let i = 0; i < 16; i += 1) words[i] = view.getInt32(at + 4 * i);
  for (let i = 16; i < 64; i += 1) {
    const x = words[i - 15];
    const y = words[i - 2];
    const small0 = turn(x, 7) ^ turn(x, 18) ^ (x >>> 3);
    const small1 = turn(y, 17) ^ turn(y, 19) ^ (y >>> 10);
    words[i] = words[i - 16] + small0 + words[i - 7] + small1;
  }
  let a = state[0], b = state[1], c = state[2], d = state[3];
  let e = state[4], f = state[5], g = state[6], h = state[7];
  for (let i = 0; i < 64; i += 1) {
    const big1 = turn(e, 6) ^ turn(e, 11) ^ turn(e, 25);
    const one = (h + big1 + ((e & f) ^ (~e & g)) + ROUND[i] + words[i]) | 0;
    const big0 = turn(a, 2) ^ turn(a, 13) ^ turn(a, 22);
    const two = (big0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    h = g;
    g = f;
    f = e;
    e = (d + one) | 0;
    d = c;
    c = b;
    b = a;
    a = (one + two) | 0;
  }
  state[0] += a;
  state[1] += b;
  state[2] += c;
  state[3] += d;
  state[4] += e;
  state[5] += f;
  state[6] += g;
  state[7] += h;
}

function turn(word, bits) {
  return (word >>> bits) | (word << (32 - bits));
}
