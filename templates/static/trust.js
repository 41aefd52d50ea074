/**
 * Whose key a record was signed with, and whether that body might sign it: steps 2 and 3 of
 * `verifier/proof.py` and `verifier/scan.py`, on what the trust list says.
 */

import { finding, sayDay, sayInstant } from './findings.js';
import { labelOf, toBeSigned, UnsupportedError, verifySignature } from './signature.js';

const MAX_SHOWN_HOST = 100;

/**
 * @typedef {object} Proof
 * @property {object|null} body the filed body whose prefix the number has
 * @property {boolean} genuine the signature was made with a key of that body
 * @property {boolean} unchecked this browser lacks the algorithm, so a server must be asked
 * @property {object[]} findings in the order of the steps
 * @property {object[]} [lost] what is said where a genuine signature's key is compromised
 */

/**
 * What can be said of a record from its signature alone.
 * @param {import('./qr_text.js').QrReading} reading
 * @param {import('./record.js').CertificateRecord} record decoded from the reading's payload
 * @param {object} keyDocument what the trust list says
 * @param {object} tables /tables.json
 * @param {string} today ISO date in China
 * @param {SubtleCrypto} subtle
 * @returns {Promise<Proof>}
 */
export async function prove(reading, record, keyDocument, tables, today, subtle) {
  const { prefix } = record.number;
  const body = keyDocument.bodies.find((one) => one.prefix === prefix) ?? null;
  if (body === null) {
    const unknown = finding(tables, 'body_unknown', { prefix }, { prefix });
    return { body, genuine: false, unchecked: false, findings: [unknown] };
  }
  const names = { body: body.name };
  const key = body.keys.find((one) => one.key_id === record.keyId);
  if (key === undefined) {
    const evidence = { key_id: String(record.keyId) };
    const unknown = finding(tables, 'key_unknown', names, evidence);
    return { body, genuine: false, unchecked: false, findings: [unknown] };
  }
  const genuine = await check(reading, key, subtle);
  if (genuine === null) {
    const shown = { ...names, algorithm: labelOf(reading.algorithm) };
    const unchecked = finding(tables, 'algorithm_unavailable', shown, shown);
    return { body, genuine: false, unchecked: true, findings: [unchecked] };
  }
  if (!genuine) {
    const invalid = finding(tables, 'signature_invalid', names);
    return { body, genuine, unchecked: false, findings: [invalid] };
  }
  const said = finding(tables, 'signature_genuine', names, names);
  const right = inspectRight(record, body, key, tables, today);
  const lost = inspectCompromise(body, key, tables);
  return { body, genuine, unchecked: false, findings: [said, ...right], lost };
}

/** What a compromised key means here, where the public log's proof is not at hand. */
function inspectCompromise(body, key, tables) {
  const since = key.compromised_since;
  if (since === null) return [];
  const slots = { since: sayInstant(since), body: body.name };
  return [finding(tables, 'key_compromised_unasked', slots, { since })];
}

/** Whether the signature is the key's, or null where this browser lacks the algorithm. */
async function check({ algorithm, payload, signature }, key, subtle) {
  try {
    const message = toBeSigned(algorithm, payload);
    return await verifySignature(algorithm, key.jwk, message, signature, subtle);
  } catch (error) {
    if (error instanceof UnsupportedError) return null;
    throw error;
  }
}

/** Whether a body might sign a record with a key on its date of issue. */
function inspectRight(record, body, key, tables, today) {
  const { issuedOn, number: { level } } = record;
  const shown = { issued_on: issuedOn };
  const said = { issued_on: sayDay(issuedOn) };
  const found = [];
  if (!holds(key, issuedOn)) found.push(finding(tables, 'key_not_valid_then', said, shown));
  const filed = body.scopes.some((scope) => scope.occupation === record.occupation
    && scope.levels.includes(level) && holds(scope, issuedOn));
  if (!filed) {
    const slots = {
      ...said,
      body: body.name,
      occupation: tables.occupations[record.occupation],
      level: tables.levels[level],
    };
    const evidence = { ...shown, level: String(level), prefix: body.prefix };
    found.push(sayNotFiled(record, body, tables, slots, evidence));
  }
  if (issuedOn > today) found.push(finding(tables, 'issued_in_future', said, shown));
  if (found.length > 0) return found;
  return [finding(tables, 'issuer_entitled', { body: body.name }, shown)];
}

/** That a body was not filed for a record on its day; where it was before, until when. */
function sayNotFiled({ occupation, issuedOn, number }, body, tables, slots, evidence) {
  const alike = body.scopes.filter((one) => one.occupation === occupation
    && one.levels.includes(number.level));
  const ends = alike.map((one) => one.valid_to).filter((day) => day !== null && day < issuedOn);
  if (ends.length === 0) return finding(tables, 'out_of_scope', slots, evidence);
  const until = ends.sort().at(-1);
  const [again] = alike.map((one) => one.valid_from).filter((day) => day > issuedOn).sort();
  const said = { ...slots, until: sayDay(until), again: '' };
  const shown = { ...evidence, filed_until: until };
  if (again !== undefined) {
    const { zh, en } = sayDay(again);
    said.again = { zh: `，${zh}起恢复`, en: ` and again from ${en}` };
    shown.filed_again_from = again;
  }
  return finding(tables, 'filing_lapsed', said, shown);
}

/**
 * An alarm when the QR leads somewhere that was never ours in the paper's lifetime.
 * @returns {object[]}
 */
export function inspectHost(host, record, keyDocument, tables, today) {
  const { issuedOn } = record;
  const latest = today > issuedOn ? today : issuedOn;
  const ours = keyDocument.hosts.some((one) => one.host === host && one.valid_from <= latest
    && (one.valid_to === null || one.valid_to >= issuedOn));
  if (host === null || ours) return [];
  const shown = { host: shownHost(host) };
  return [finding(tables, 'foreign_host', shown, shown)];
}

/** A host so that it can be shown: ASCII, and of bounded length. */
export function shownHost(host) {
  const plain = [...host].map(escaped).join('');
  return plain.length <= MAX_SHOWN_HOST ? plain : `${plain.slice(0, MAX_SHOWN_HOST)}…`;
}

function escaped(character) {
  const point = character.codePointAt(0);
  if (point < 0x80) return character;
  const hex = point.toString(16);
  if (point < 0x100) return `\\x${hex.padStart(2, '0')}`;
  return point < 0x10000 ? `\\u${hex.padStart(4, '0')}` : `\\U${hex.padStart(8, '0')}`;
}

/** Whether a dated entry holds on a day; ISO dates compare as text. */
function holds(entry, on) {
  return entry.valid_from <= on && (entry.valid_to === null || on <= entry.valid_to);
}
