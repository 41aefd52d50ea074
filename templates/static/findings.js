/**
 * Findings and how they add up to one outcome, with the sentences, severities and precedence that
 * `verifier/findings.py` uses; all of them come from /tables.json.
 */

const MONTHS = ('January February March April May June July August September October November '
  + 'December').split(' ');

/**
 * Make a finding of the catalogue, its slots filled.
 * @param {object} tables /tables.json
 * @param {string} code
 * @param {Record<string, string|{zh: string, en: string}>} [slots]
 * @param {Record<string, string>} [evidence]
 * @returns {object} as in the verdict's JSON
 */
export function finding(tables, code, slots = {}, evidence = {}) {
  const entry = tables.findings[code];
  return {
    code,
    severity: entry.severity,
    message_zh: fill(entry.zh, slots, 'zh'),
    message_en: fill(entry.en, slots, 'en'),
    evidence,
  };
}

/** A day, such as 2026-11-27, as sentences write it. */
export function sayDay(isoDate) {
  const [year, month, day] = isoDate.split('-').map(Number);
  return { zh: `${year}年${month}月${day}日`, en: `${day} ${MONTHS[month - 1]} ${year}` };
}

/** An instant as people in China read it, to the minute; China has had one offset since 1991. */
export function sayInstant(instant) {
  const there = new Date(Date.parse(instant) + 8 * 3600 * 1000).toISOString();
  const [day, time] = [sayDay(there.slice(0, 10)), there.slice(11, 16)];
  return { zh: `北京时间 ${day.zh} ${time}`, en: `${day.en}, ${time} Beijing time` };
}

/**
 * The outcome that findings force. Without the register nothing can be called valid, so what
 * forces nothing is inconclusive.
 * @param {object} tables
 * @param {object[]} findings
 * @returns {string}
 */
export function outcomeOf(tables, findings) {
  const forced = new Set(findings.map((one) => tables.findings[one.code].forces));
  return tables.precedence.find((outcome) => forced.has(outcome)) ?? 'inconclusive';
}

function fill(sentence, slots, language) {
  return sentence.replace(/\{(\w+)\}/g, (_, name) => {
    const value = slots[name];
    return typeof value === 'string' ? value : value[language];
  });
}
