/**
 * The browser's verifier: from a QR text and the published documents to the verdict the server
 * would give without its register. Pure: no network, no page, no clock of its own.
 */

import { finding, outcomeOf } from './findings.js';
import { decodeQrText, QrTextError } from './qr_text.js';
import { decodeRecord, RecordError } from './record.js';
import { inspectHost, prove, shownHost } from './trust.js';

/** What a genuine signature leaves open while the register has not answered. */
const UNASKED = ['registry_unreachable', 'document_number_not_checked', 'paper_not_seen'];

/** Records that this program is too old to read. */
const NEWER = new Set(['record_format_unknown', 'record_occupation_unknown']);

/**
 * Judge a QR text by its signature alone.
 * @param {string} text anything, untrusted; its address is never followed
 * @param {object} options
 * @param {object} options.keyDocument /keys.json
 * @param {object} options.tables /tables.json
 * @param {Date} options.now
 * @param {SubtleCrypto} options.subtle
 * @returns {Promise<object>} the verdict's JSON, with `sound`: signature, right to sign and
 *   address hold, so only the register is left to be asked; and `unchecked`: this browser lacks
 *   the algorithm, so only a server can tell
 */
export async function verifyText(text, { keyDocument, tables, now, subtle }) {
  const today = chinaDate(now);
  const scan = readScan(text, keyDocument, tables);
  if (scan.unreadable) return verdict(tables, keyDocument, now, [scan.unreadable], null);
  const { reading, record } = scan;
  const proof = await prove(reading, record, keyDocument, tables, today, subtle);
  const host = inspectHost(reading.host, record, keyDocument, tables, today);
  const found = [...proof.findings, ...host];
  const sound = proof.genuine && found.every((one) => tables.findings[one.code].forces === null);
  if (proof.genuine) found.push(...UNASKED.map((code) => finding(tables, code)));
  const printed = proof.genuine ? printFields(record, proof.body, tables) : null;
  const { unchecked } = proof;
  return { ...verdict(tables, keyDocument, now, found, printed), sound, unchecked };
}

/** Step 1: what the text claims, or the finding that says why it claims nothing. */
function readScan(text, keyDocument, tables) {
  try {
    const reading = decodeQrText(text);
    return { reading, record: decodeRecord(reading.payload, tables) };
  } catch (error) {
    if (error instanceof RecordError) {
      const code = NEWER.has(error.code) ? 'qr_newer' : 'qr_damaged';
      return { unreadable: finding(tables, code, {}, { reason: error.code }) };
    }
    if (error instanceof QrTextError) return { unreadable: unreadable(error, keyDocument, tables) };
    throw error;
  }
}

function unreadable(error, keyDocument, tables) {
  const { host } = error.evidence;
  const ours = keyDocument.hosts.some((one) => one.host === host);
  const torn = error.code === 'qr_no_fragment';
  const code = torn && !ours ? 'qr_not_a_certificate' : error.code;
  return finding(tables, code, {}, host === undefined ? {} : { host: shownHost(host) });
}

function verdict(tables, keyDocument, now, findings, certificate) {
  const outcome = outcomeOf(tables, findings);
  const { zh, en } = tables.words.outcomes[outcome];
  const demo = keyDocument.demo ? [finding(tables, 'demo')] : [];
  return {
    outcome,
    status: 'unknown',
    summary: { zh, en },
    findings: [...demo, ...findings],
    checked_at: `${now.toISOString().slice(0, 19)}Z`,
    demo: keyDocument.demo,
    certificate,
    sound: false,
    unchecked: false,
  };
}

/** What a genuine copy of the record shows, as in `verifier/printed.py`. */
function printFields(record, body, tables) {
  const { number } = record;
  const { code, ...occupation } = tables.occupations[record.occupation];
  return {
    number: number.text,
    number_parts: [],
    holder_name: record.holderName,
    name_masked: false,
    document_type: tables.document_types[record.documentType],
    document_masked: null,
    occupation,
    occupation_code: code,
    specialty: record.specialty ?? tables.words.no_specialty,
    level: tables.levels[number.level],
    body_name: body.name,
    issued_on: record.issuedOn,
    print_serial: `${number.year}${String(record.printSerial).padStart(8, '0')}`,
    photo: tables.photo,
  };
}

/** The ISO date in China at an instant; China has had one offset since 1991. */
export function chinaDate(now) {
  return new Date(now.getTime() + 8 * 3600 * 1000).toISOString().slice(0, 10);
}
