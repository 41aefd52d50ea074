/**
 * ES256 and EdDSA over a record, by the browser's own WebCrypto; accepts exactly the signatures
 * that `keys/algorithms.py` accepts. A browser has no SM2: a server must check it.
 */

export const ES256 = -7;
export const EDDSA = -8;
export const SM2 = -65537;

const LABELS = new Map([[ES256, 'ES256'], [EDDSA, 'EdDSA'], [SM2, 'SM2']]);
const PROTECTED = new Map([
  [ES256, [0xa1, 0x01, 0x26]],
  [EDDSA, [0xa1, 0x01, 0x27]],
  [SM2, [0xa1, 0x01, 0x3a, 0x00, 0x01, 0x00, 0x00]],
]);
const KINDS = new Map([
  [ES256, {
    key: { name: 'ECDSA', namedCurve: 'P-256' }, use: { name: 'ECDSA', hash: 'SHA-256' },
  }],
  [EDDSA, { key: { name: 'Ed25519' }, use: { name: 'Ed25519' } }],
]);
const CONTEXT = new TextEncoder().encode('Signature1');

const ED25519_PRIME = 2n ** 255n - 19n;
// y of the eight points of small order: engines differ on them, so they are refused beforehand.
const ORDER_EIGHT_Y =
  2707385501144840649318225287225658788936804267575313519463743609750303402022n;
const SMALL_ORDER_Y = new Set(
  [0n, 1n, ED25519_PRIME - 1n, ORDER_EIGHT_Y, ED25519_PRIME - ORDER_EIGHT_Y]);

/** This browser cannot check the algorithm; a server must. */
export class UnsupportedError extends Error {}

/** The name of an algorithm in published documents. */
export function labelOf(algorithm) {
  return LABELS.get(algorithm);
}

/**
 * The bytes a signature is made over: Sig_structure of RFC 9052 4.4 with empty external data.
 * @param {number} algorithm COSE id
 * @param {Uint8Array} payload the record, 1 to 400 bytes
 * @returns {Uint8Array}
 */
export function toBeSigned(algorithm, payload) {
  return Uint8Array.of(
    0x84, 0x60 + CONTEXT.length, ...CONTEXT, ...byteString(PROTECTED.get(algorithm)), 0x40,
    ...byteStringHead(payload.length), ...payload);
}

/**
 * Whether a signature was made with the private half of a key.
 * @param {number} algorithm what the envelope claims
 * @param {JsonWebKey} jwk a trusted public key
 * @param {Uint8Array} message
 * @param {Uint8Array} signature untrusted
 * @param {SubtleCrypto} subtle
 * @returns {Promise<boolean>}
 * @throws {UnsupportedError}
 */
export async function verifySignature(algorithm, jwk, message, signature, subtle) {
  if (algorithmOf(jwk) !== algorithm || signature.length !== 64) return false;
  if (algorithm === SM2) throw new UnsupportedError('SM2');
  if (algorithm === EDDSA && !(isFullOrder(decodeCoordinate(jwk.x))
    && isFullOrder(signature.slice(0, 32)))) return false;
  const { key: keyKind, use } = KINDS.get(algorithm);
  const key = await importKey(jwk, keyKind, subtle);
  return key !== null && subtle.verify(use, key, signature, message);
}

/** The one algorithm a key is for, or undefined. */
function algorithmOf(jwk) {
  if (jwk.kty === 'EC' && jwk.crv === 'P-256') return ES256;
  if (jwk.kty === 'EC' && jwk.crv === 'SM2') return SM2;
  return jwk.kty === 'OKP' && jwk.crv === 'Ed25519' ? EDDSA : undefined;
}

/** The key as the browser holds it, or null when it is not a point to trust. */
async function importKey(jwk, kind, subtle) {
  try {
    return await subtle.importKey('jwk', bare(jwk), kind, false, ['verify']);
  } catch (error) {
    if (error.name === 'NotSupportedError') throw new UnsupportedError(kind.name);
    if (error.name === 'DataError') return null;
    throw error;
  }
}

/** The members WebCrypto needs and no other. */
function bare(jwk) {
  const { kty, crv, x, y } = jwk;
  return y === undefined ? { kty, crv, x } : { kty, crv, x, y };
}

/** Whether 32 bytes write an Ed25519 point canonically and not one of the small ones. */
function isFullOrder(point) {
  const y = point.reduceRight((sum, byte) => sum * 256n + BigInt(byte), 0n) & (2n ** 255n - 1n);
  return y < ED25519_PRIME && !SMALL_ORDER_Y.has(y);
}

function decodeCoordinate(text) {
  const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
  return Uint8Array.from(binary, (character) => character.charCodeAt(0));
}

function byteString(bytes) {
  return [...byteStringHead(bytes.length), ...bytes];
}

function byteStringHead(length) {
  if (length < 24) return [0x40 + length];
  return length < 256 ? [0x58, length] : [0x59, length >> 8, length & 0xff];
}
