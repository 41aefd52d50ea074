/**
 * The QR text, read as `codes/qr_text.py` reads it: URL + `#` + decimal digits of
 * algorithm byte ‖ record ‖ signature. The URL is never followed.
 */

export const SIGNATURE_BYTES = 64;
export const MAX_RECORD_BYTES = 400;
const MAX_TEXT_CHARACTERS = 4096;
const MIN_DIGITS = 64;
const MAX_DIGITS = (256n ** BigInt(1 + MAX_RECORD_BYTES + SIGNATURE_BYTES)).toString().length;

/** First byte → COSE algorithm id. */
const ALGORITHMS = new Map([[1, -7], [2, -8], [3, -65537]]);
const DEFAULT_PORTS = { http: ':80', https: ':443' };

// Blanks and invisible marks that scanners and clipboards leave around a text.
const EDGE = ' \\t\\r\\n\\f\\v\\u00a0\\u200b\\u200e\\u200f\\u2028\\u2029\\u2060\\u3000\\ufeff';
const AROUND = new RegExp(`^[${EDGE}]+|[${EDGE}]+$`, 'gu');
// Where browsers see the host: after any slashes of either kind, up to the next one, `?` or `#`.
const URL_START = /^(https?):[/\\]*([^/\\?#]*)[^#]*/i;
const BLANK_OR_CONTROL = /[\x00-\x20\x7f-\xa0\u2028\u2029\u3000]/;
const TORN = /^[\p{Nd}A-Za-z]/u;

/** The text does not carry a signed record; `code` is the finding it becomes. */
export class QrTextError extends Error {
  /** @param {string} code @param {Record<string, string>} [evidence] */
  constructor(code, evidence = {}) {
    super(code);
    this.code = code;
    this.evidence = evidence;
  }
}

/**
 * @typedef {object} QrReading What a QR text carries; nothing in it has been verified.
 * @property {string|null} host the host a browser would open; null for bare digits
 * @property {number} algorithm COSE algorithm id, -7, -8 or -65537
 * @property {Uint8Array} payload the record's bytes, not yet decoded
 * @property {Uint8Array} signature 64 bytes
 * @property {string} tail what stood after the digits
 */

/**
 * Read what a scanned text carries.
 * @param {string} text anything, untrusted
 * @returns {QrReading}
 * @throws {QrTextError}
 */
export function decodeQrText(text) {
  const stripped = text.replace(AROUND, '');
  if (stripped === '') throw new QrTextError('qr_empty');
  if ([...stripped].length > MAX_TEXT_CHARACTERS) throw new QrTextError('qr_not_a_certificate');
  const url = URL_START.exec(stripped);
  if (url === null) return readDigits(stripped, null);
  if (BLANK_OR_CONTROL.test(url[0])) throw new QrTextError('qr_not_a_certificate');
  const host = readHost(url[1].toLowerCase(), url[2]);
  const fragment = stripped.slice(url[0].length + 1);
  if (fragment === '') throw new QrTextError('qr_no_fragment', host === '' ? {} : { host });
  return readDigits(fragment, host);
}

/**
 * The host a browser would open where the text is a URL that lets an eye take it for another: one
 * with a user before the host or with a backslash, which browsers read as a slash; else null.
 * @param {string} text anything, untrusted
 * @returns {string|null}
 */
export function disguisedHost(text) {
  const stripped = text.replace(AROUND, '');
  const url = URL_START.exec(stripped);
  const long = [...stripped].length > MAX_TEXT_CHARACTERS;
  if (url === null || long || BLANK_OR_CONTROL.test(url[0])) return null;
  const hidden = url[2].includes('@') || url[0].split('?')[0].includes('\\');
  return hidden ? readHost(url[1].toLowerCase(), url[2]) : null;
}

/** The host a browser would open, so that `https://ours@theirs/` is named as theirs. */
function readHost(scheme, authority) {
  const host = authority.slice(authority.lastIndexOf('@') + 1).toLowerCase();
  const port = DEFAULT_PORTS[scheme];
  return host.endsWith(port) ? host.slice(0, -port.length) : host;
}

function readDigits(body, host) {
  const digits = /^[0-9]+/.exec(body)?.[0] ?? '';
  if (digits.length < MIN_DIGITS) throw new QrTextError('qr_not_a_certificate');
  const tail = body.slice(digits.length);
  const torn = TORN.test(tail) || digits[0] === '0' || digits.length > MAX_DIGITS;
  if (torn) throw new QrTextError('qr_damaged');
  const message = bytesOf(BigInt(digits));
  const algorithm = ALGORITHMS.get(message[0]);
  const payload = message.slice(1, -SIGNATURE_BYTES);
  if (algorithm === undefined || payload.length < 1 || payload.length > MAX_RECORD_BYTES) {
    throw new QrTextError('qr_damaged');
  }
  return { host, algorithm, payload, signature: message.slice(-SIGNATURE_BYTES), tail };
}

/** The shortest big-endian bytes of a positive integer. */
function bytesOf(value) {
  const hex = value.toString(16);
  const even = hex.length % 2 === 0 ? hex : `0${hex}`;
  return Uint8Array.from(even.match(/../g), (pair) => Number.parseInt(pair, 16));
}
