/**
 * Findings and how they add up to one outcome, with the sentences, severities and precedence that
 * `verifier/findings.py` uses; all of them come from /tables.json.
 */

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
