/**
 * The browser's verifier: from a QR text and the published documents to the verdict the server
 * would give without its register. Pure: no network, no page, no clock of its own.
 */

import { finding, outcomeOf, sayDay } from './findings.js';
import { decodeQrText, disguisedHost, QrTextError } from './qr_text.js';
import { decodeRecord, RecordError } from './record.js';
import { inspectHost, prove, shownHost } from './trust.js';

/** What a genuine signature leaves open where the register is not asked. */
const UNASKED = ['registry_not_asked', 'document_number_not_checked', 'signed_record_only'];

/** What may be an address, and what of a text cannot be shown; as `verifier/scan.py`. */
const PERHAPS_ADDRESS = /[:/\\.．｡]|。\S/u;
const NOT_SHOWN = /[\p{C}\p{Zl}\p{Zp}]|(?! )\p{Zs}/gu;
const MAX_SHOWN_WORDS = 200;

const DAY_MILLISECONDS = 24 * 3600 * 1000;

/** Records that this program is too old to read. */
const NEWER = new Set(['record_format_unknown', 'record_occupation_unknown']);

/**
 * Judge a QR text by its signature alone.
 * @param {string} text anything, untrusted; its address is never followed
 * @param {object} options
 * @param {import('./trust_list.js').TrustList} options.trust the trust list, already accepted
 * @param {object} options.tables /tables.json
 * @param {Date} options.now
 * @param {SubtleCrypto} options.subtle
 * @returns {Promise<object>} the verdict's JSON, with `sound`: signature, right to sign and
 *   address hold, so only the register is left to be asked; and `unchecked`: this browser lacks
 *   the algorithm, so only a server can tell
 */
export async function verifyText(text, { trust, tables, now, subtle }) {
  const today = chinaDate(now);
  const keyDocument = trust.document;
  const scan = readScan(text, keyDocument, tables);
  const disguise = inspectDisguise(text, tables);
  if (scan.unreadable) {
    return verdict(tables, keyDocument, now, [scan.unreadable, ...disguise], null);
  }
  const { reading, record } = scan;
  const proof = await prove(reading, record, keyDocument, tables, today, subtle);
  const host = inspectHost(reading.host, record, keyDocument, tables, today);
  const found = [...proof.findings, ...host, ...disguise, ...(proof.lost ?? [])];
  const sound = proof.genuine && found.every((one) => tables.findings[one.code].forces === null);
  if (proof.genuine) found.push(...UNASKED.map((code) => finding(tables, code)));
  const printed = proof.genuine ? printFields(record, proof.body, tables) : null;
  const { unchecked } = proof;
  return { ...verdict(tables, keyDocument, now, found, printed), sound, unchecked };
}

/**
 * The same verdict where the register was asked and gave no answer.
 * @param {object} judged what `verifyText` returned
 * @param {object} tables /tables.json
 */
export function unanswered(judged, tables) {
  const findings = judged.findings.map((one) => (
    one.code === 'registry_not_asked' ? finding(tables, 'registry_unreachable') : one));
  return { ...judged, findings };
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
    if (error instanceof QrTextError) {
      return { unreadable: unreadable(error, keyDocument, tables, text) };
    }
    throw error;
  }
}

/** Where the text leads, if its host is written so that an eye takes it for another. */
function inspectDisguise(text, tables) {
  const host = disguisedHost(text);
  if (host === null) return [];
  const shown = { host: shownHost(host) };
  return [finding(tables, 'host_disguised', shown, shown)];
}

/** A text as it can be shown; nothing where it may be more than words, as `verifier/scan.py` says. */
function plainWords(text) {
  if (PERHAPS_ADDRESS.test(text)) return '';
  const shown = [...text.replace(NOT_SHOWN, ' ').replace(/^ +| +$/g, '')];
  const cut = shown.length > MAX_SHOWN_WORDS ? '…' : '';
  return shown.slice(0, MAX_SHOWN_WORDS).join('') + cut;
}

function unreadable(error, keyDocument, tables, text) {
  const { host } = error.evidence;
  const ours = keyDocument.hosts.some((one) => one.host === host);
  const torn = error.code === 'qr_no_fragment';
  const code = torn && !ours ? 'qr_not_a_certificate' : error.code;
  const words = code === 'qr_not_a_certificate' && host === undefined ? plainWords(text) : '';
  if (words) return finding(tables, 'qr_other_text', { text: words }, { text: words });
  return finding(tables, code, {}, host === undefined ? {} : { host: shownHost(host) });
}

function verdict(tables, keyDocument, now, findings, certificate) {
  const outcome = outcomeOf(tables, findings);
  const lapsed = outcome === 'unknown_issuer'
    && findings.some((one) => one.code === 'filing_lapsed');
  const { zh, en } = lapsed ? tables.words.filing_lapsed : tables.words.outcomes[outcome];
  return {
    outcome,
    status: 'unknown',
    summary: { zh, en },
    findings: [...marks(tables, keyDocument, now), ...findings],
    checked_at: `${now.toISOString().slice(0, 19)}Z`,
    demo: keyDocument?.demo ?? false,
    trust_list: keyDocument && trustShown(keyDocument, now),
    certificate,
    sound: false,
    unchecked: false,
  };
}

/**
 * The verdict where there is no trust list to believe.
 * @param {string} code of the finding that says why
 * @param {object} tables /tables.json
 * @param {Date} now
 */
export function withoutTrust(code, tables, now) {
  return verdict(tables, null, now, [finding(tables, code)], null);
}

/** Which trust list a verdict rests on, as in `verifier/verdict.py`. */
function trustShown({ version, published_at }, now) {
  const age = Math.floor((now - new Date(published_at)) / DAY_MILLISECONDS);
  return { version, published_at, age_days: Math.max(0, age) };
}

/** What every verdict says of the trust list it rests on. */
function marks(tables, keyDocument, now) {
  if (keyDocument === null) return [];
  const found = keyDocument.demo ? [finding(tables, 'demo')] : [];
  if (now >= new Date(keyDocument.expires_at)) {
    const { version, published_at, age_days } = trustShown(keyDocument, now);
    const published_on = chinaDate(new Date(published_at));
    const facts = { version: String(version), days: String(age_days) };
    const slots = { ...facts, published_on: sayDay(published_on) };
    found.push(finding(tables, 'trust_list_old', slots, { ...facts, published_on }));
  }
  return found;
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
