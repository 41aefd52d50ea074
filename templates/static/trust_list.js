/**
 * The trust list as the browser takes it: signed by enough of the authority's root keys, under root
 * documents that descend from the pinned one. The counterpart of `keys/jws.py`, `keys/root.py` and
 * `keys/trust_list.py`; nothing of an unsigned document is believed here either.
 */

import { EDDSA, ES256, UnsupportedError, verifySignature } from './signature.js';

const LIST_FORMAT = 2;
const ROOT_FORMAT = 1;
const MOST_SIGNATURES = 64;
const LABELS = new Map([['EC', ['ES256', ES256]], ['OKP', ['EdDSA', EDDSA]]]);

/** A trust list is not believed; `code` is that of the finding. */
export class TrustError extends Error {
  constructor(code) {
    super(code);
    this.code = code;
  }
}

/**
 * @typedef {object} TrustList
 * @property {object} document what the authority says
 * @property {string} sha256 of the document's bytes, in hex
 * @property {number} rootVersion of the last root document
 * @property {string[]} rootPins SHA-256 of each root document in hex, from 1 on
 */

/**
 * The trust list in a published file.
 * @param {string} text /keys.json, untrusted
 * @param {string} pin SHA-256 in hex of one root document, known beforehand
 * @param {SubtleCrypto} subtle
 * @returns {Promise<TrustList>}
 * @throws {TrustError} @throws {UnsupportedError}
 */
export async function readTrustList(text, pin, subtle) {
  const file = readFile(parse(text), ['payload', 'signatures', 'roots']);
  if (!Array.isArray(file.roots)) throw new TrustError('trust_list_unsigned');
  const { last, rootPins } = await walkRoots(file.roots, subtle);
  if (!rootPins.includes(pin)) throw new TrustError('trust_list_unsigned');
  await checkSigned(file, 'trust-list', last, subtle);
  const bytes = decode(file.payload);
  const document = parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  if (document.format !== LIST_FORMAT || document.kind !== 'trust_list') {
    throw new TrustError('key_document_unavailable');
  }
  return { document, sha256: await sha256(bytes, subtle), rootVersion: last.version, rootPins };
}

/** The chain of root documents, from 1 to the last, every signature counted. */
async function walkRoots(values, subtle) {
  const rootPins = [];
  let last = null;
  for (const value of values) {
    const file = readFile(value, ['payload', 'signatures']);
    const bytes = decode(file.payload);
    const root = readRoot(parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)));
    if (root.version !== rootPins.length + 1) throw new TrustError('trust_list_unsigned');
    if (last !== null) await checkSigned(file, 'root', last, subtle);
    await checkSigned(file, 'root', root, subtle);
    rootPins.push(await sha256(bytes, subtle));
    last = root;
  }
  if (last === null) throw new TrustError('trust_list_unsigned');
  return { last, rootPins };
}

function readRoot(root) {
  const { format, kind, keys, threshold } = root;
  const sound = format === ROOT_FORMAT && kind === 'root' && Array.isArray(keys)
    && Number.isInteger(threshold) && threshold >= 1 && threshold <= keys.length
    && keys.every((key) => LABELS.has(key?.kty))
    && new Set(keys.map(canonical)).size === keys.length;
  if (!sound) throw new TrustError('trust_list_unsigned');
  return root;
}

/** Refuse a file that too few keys of a root document signed; a key counts once. */
async function checkSigned(file, kind, root, subtle) {
  let signed = 0;
  let unsupported = null;
  for (const key of root.keys) {
    const [label, algorithm] = LABELS.get(key.kty);
    const kid = encode(await digest(new TextEncoder().encode(canonical(key)), subtle));
    const header = encode(new TextEncoder().encode(
      JSON.stringify({ alg: label, kid, typ: `yanzhen-${kind}+json` })));
    const message = new TextEncoder().encode(`${header}.${file.payload}`);
    const own = file.signatures.filter((one) => one.protected === header);
    try {
      const right = await Promise.all(own.map(
        (one) => verifySignature(algorithm, key, message, decode(one.signature), subtle)));
      if (right.includes(true)) signed += 1;
    } catch (error) {
      if (!(error instanceof UnsupportedError)) throw error;
      unsupported = error;
    }
  }
  if (signed >= root.threshold) return;
  throw unsupported ?? new TrustError('trust_list_unsigned');
}

/** A signed file's members, exactly those. */
function readFile(value, names) {
  const members = value !== null && typeof value === 'object' ? Object.keys(value) : [];
  const sound = members.length === names.length && names.every((name) => members.includes(name))
    && typeof value.payload === 'string' && Array.isArray(value.signatures)
    && value.signatures.length <= MOST_SIGNATURES
    && value.signatures.every((one) => typeof one?.protected === 'string'
      && typeof one.signature === 'string' && Object.keys(one).length === 2);
  if (!sound) throw new TrustError('trust_list_unsigned');
  return value;
}

/** A key's required members in the one order of RFC 7638. */
function canonical({ crv, kty, x, y }) {
  return JSON.stringify(kty === 'EC' ? { crv, kty, x, y } : { crv, kty, x });
}

function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    throw new TrustError('key_document_unavailable');
  }
}

async function digest(bytes, subtle) {
  return new Uint8Array(await subtle.digest('SHA-256', bytes));
}

async function sha256(bytes, subtle) {
  const hashed = await digest(bytes, subtle);
  return Array.from(hashed, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

function encode(bytes) {
  const binary = Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

/** The bytes that encode to exactly this base64url text. */
function decode(text) {
  let binary;
  try {
    binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
  } catch {
    throw new TrustError('trust_list_unsigned');
  }
  const bytes = Uint8Array.from(binary, (character) => character.charCodeAt(0));
  if (encode(bytes) !== text) throw new TrustError('trust_list_unsigned');
  return bytes;
}
