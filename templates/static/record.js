/**
 * The record and the certificate number, decoded as `codes/record.py` and `codes/number.py` do:
 * only what the encoder makes is accepted.
 */

import { CborError, readArray } from './cbor.js';
import { MAX_RECORD_BYTES } from './qr_text.js';

const ITEMS = 12;
const FORMAT_VERSION = 1;
const MAX_TEXT_CHARACTERS = 40;
const CENTURY = 2000;
const DIGIT_SPACE = 10n ** 21n;
// The same ranges as in codes/record.py: nothing that prints as something else than it is.
const UNPRINTABLE = new RegExp(
  '[\\u0000-\\u001f\\u007f-\\u009f\\u00ad\\u061c\\u200b-\\u200f\\u2028-\\u202e\\u2060-\\u206f'
  + '\\ud800-\\udfff\\ufeff\\ufff9-\\uffff]', 'u');
const PADDED = /^[ \u3000]|[ \u3000]$/u;

/** The bytes are not a record; `code` says in which way. */
export class RecordError extends Error {
  /** @param {string} code */
  constructor(code) {
    super(code);
    this.code = code;
  }
}

/**
 * @typedef {object} Numbering What a certificate number says.
 * @property {string} text all 22 characters
 * @property {string} prefix the first 13, which stand for the assessment body
 * @property {number} year
 * @property {number} level 1 (highest) to 5
 */

/**
 * @typedef {object} CertificateRecord
 * @property {Numbering} number
 * @property {string} holderName
 * @property {number} documentType
 * @property {number} occupation index in the table of occupations
 * @property {string|null} specialty
 * @property {string} issuedOn ISO date
 * @property {number} printSerial
 * @property {number} keyId
 */

/**
 * Decode a record.
 * @param {Uint8Array} data untrusted
 * @param {object} tables what /tables.json holds
 * @returns {CertificateRecord}
 * @throws {RecordError}
 */
export function decodeRecord(data, tables) {
  try {
    return readRecord(data, tables);
  } catch (error) {
    if (error instanceof CborError) throw new RecordError('record_damaged');
    throw error;
  }
}

/** The checks stand in the server's order, because the first that fails gives the code. */
function readRecord(data, tables) {
  require(data.length <= MAX_RECORD_BYTES);
  const { items, canonical } = readArray(data);
  const [format, packed, recordVersion, holderName, documentType, commitment, occupation,
    specialty, day, printSerial, statusIndex, keyId] = items;
  if (typeof format === 'number' && format > FORMAT_VERSION) {
    throw new RecordError('record_format_unknown');
  }
  require(format === FORMAT_VERSION && items.length === ITEMS);
  const number = unpackNumber(packed, tables);
  require(isInteger(documentType, 0, 255) && String(documentType) in tables.document_types);
  require(isInteger(day, 1, 366));
  require(isInteger(recordVersion, 1, 65535));
  require(isPrintable(holderName));
  require(isBytes(commitment, 16));
  require(isInteger(occupation, 0, 65535));
  if (!(String(occupation) in tables.occupations)) {
    throw new RecordError('record_occupation_unknown');
  }
  require(specialty === null || isPrintable(specialty));
  const issuedOn = dayOfYear(number.year, day);
  require(isInteger(printSerial, 1, 99999999));
  require(isInteger(statusIndex, 0, 0xffffffff));
  require(isInteger(keyId, 0, 65535));
  require(canonical);
  return { number, holderName, documentType, occupation, specialty, issuedOn, printSerial, keyId };
}

/** The number in 10 bytes: letter × 10²¹ + the 21 digits. */
function unpackNumber(packed, tables) {
  require(isBytes(packed, 10));
  const value = packed.reduce((sum, byte) => sum * 256n + BigInt(byte), 0n);
  const letter = Number(value / DIGIT_SPACE);
  require(letter < 26);
  const digits = (value % DIGIT_SPACE).toString().padStart(21, '0');
  const text = String.fromCharCode(65 + letter) + digits;
  require(tables.number.categories.includes(text[0]));
  require(tables.number.provinces.includes(text.slice(5, 7)));
  require(!(text.slice(1, 5) === '0000' && text.slice(7, 13) === '000000'));
  require(text[15] >= '1' && text[15] <= '5');
  require(text.slice(16) !== '000000');
  return {
    text,
    prefix: text.slice(0, 13),
    year: CENTURY + Number(text.slice(13, 15)),
    level: Number(text[15]),
  };
}

/** The ISO date of a 1-based day of a year. */
function dayOfYear(year, day) {
  const date = new Date(Date.UTC(year, 0, day));
  require(date.getUTCFullYear() === year);
  return date.toISOString().slice(0, 10);
}

function isInteger(value, low, high) {
  return typeof value === 'number' && value >= low && value <= high;
}

function isBytes(value, length) {
  return value instanceof Uint8Array && value.length === length;
}

function isPrintable(value) {
  if (typeof value !== 'string') return false;
  const length = [...value].length;
  return length >= 1 && length <= MAX_TEXT_CHARACTERS && !PADDED.test(value)
    && !UNPRINTABLE.test(value);
}

function require(holds) {
  if (!holds) throw new RecordError('record_damaged');
}
