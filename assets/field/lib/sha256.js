// SHA-256 in hexadecimal. crypto.subtle exists only over HTTPS and on localhost; a server in a local network without TLS
// needs the version written out below (FIPS 180-4), which takes about a second for a photo of 2 MB on an old phone.
import { toHex } from "./ids.js";

export async function sha256(buffer) {
  if (globalThis.crypto?.subtle) return toHex(new Uint8Array(await crypto.subtle.digest("SHA-256", buffer)));
  return sha256Written(new Uint8Array(buffer));
}

const fraction = (root) => Math.floor((root - Math.floor(root)) * 2 ** 32);

function constants() {
  const primes = [];
  for (let n = 2; primes.length < 64; n++) if (primes.every((prime) => n % prime)) primes.push(n);
  return {
    rounds: Uint32Array.from(primes, (prime) => fraction(Math.cbrt(prime))),
    start: Uint32Array.from(primes.slice(0, 8), (prime) => fraction(Math.sqrt(prime))),
  };
}

const turn = (x, n) => (x >>> n) | (x << (32 - n));

/** Exported for its test: the digest of bytes without any help of the browser. */
export function sha256Written(bytes) {
  const { rounds, start } = constants();
  const padded = new Uint8Array(((bytes.length + 8) >> 6) * 64 + 64);
  padded.set(bytes);
  padded[bytes.length] = 0x80;
  const view = new DataView(padded.buffer);
  view.setUint32(padded.length - 8, Math.floor(bytes.length / 2 ** 29));
  view.setUint32(padded.length - 4, (bytes.length << 3) >>> 0);
  const words = new Uint32Array(64);
  for (let at = 0; at < padded.length; at += 64) block(view, at, words, rounds, start);
  const digest = new DataView(new ArrayBuffer(32));
  start.forEach((word, place) => digest.setUint32(place * 4, word));
  return toHex(new Uint8Array(digest.buffer));
}

function block(view, at, w, rounds, hash) {
  for (let t = 0; t < 16; t++) w[t] = view.getUint32(at + t * 4);
  for (let t = 16; t < 64; t++) {
    const small0 = turn(w[t - 15], 7) ^ turn(w[t - 15], 18) ^ (w[t - 15] >>> 3);
    const small1 = turn(w[t - 2], 17) ^ turn(w[t - 2], 19) ^ (w[t - 2] >>> 10);
    w[t] = w[t - 16] + small0 + w[t - 7] + small1;
  }
  let [a, b, c, d, e, f, g, h] = hash;
  for (let t = 0; t < 64; t++) {
    const one = (h + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + ((e & f) ^ (~e & g)) + rounds[t] + w[t]) | 0;
    const two = ((turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    [h, g, f, e, d, c, b, a] = [g, f, e, (d + one) | 0, c, b, a, (one + two) | 0];
  }
  [a, b, c, d, e, f, g, h].forEach((word, place) => (hash[place] += word));
}
