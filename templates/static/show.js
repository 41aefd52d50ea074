/**
 * Shows a verdict in the landing page, with the same parts as the server's result page. Only text
 * is ever inserted, never markup.
 */

const LOCALES = { zh: 'zh-CN', en: 'en-GB' };
const FIXED_WIDTH = new Set(['number', 'print_serial', 'document_number']);

/**
 * @typedef {object} Stage
 * @property {boolean} asking the register has not answered yet
 * @property {{title: string, text: string}|null} words instead of the outcome's own
 * @property {string|null} tone instead of the outcome's own
 * @property {{title: string, text: string}|null} caution instead of a good outcome's title, and
 *   after its meaning where one finding decides
 * @property {(() => void)|null} askAgain offered when the register could not be asked
 * @property {boolean} [otherWays] the page offers other ways to check right below
 */

/**
 * Replace the content of `root` by a verdict.
 * @param {HTMLElement} root
 * @param {object} verdict the verdict's JSON
 * @param {object} tables /tables.json
 * @param {'zh'|'en'} language
 * @param {Stage} stage
 */
export function showVerdict(root, verdict, tables, language, stage) {
  const page = document.getElementById('verdict').content.cloneNode(true);
  const slot = (name) => page.querySelector(`[data-slot="${name}"]`);
  const outcome = tables.words.outcomes[verdict.outcome];
  const specific = specificMeaning(verdict, tables.words);
  const ownTone = specific?.tone ?? outcome.tone;
  const tone = stage.tone ?? (stage.caution && ownTone === 'good' ? 'note' : ownTone);
  const title = (stage.words ?? stage.caution)?.title ?? outcome[language];
  slot('banner').classList.add(`tone-${tone}`);
  slot('icon').replaceWith(icon(tone));
  slot('outcome').textContent = title;
  slot('meaning').textContent = meaning(stage, specific, outcome, language);
  // While only the status is wanting, the paper is to be compared as for one in force.
  const speaks = ownTone === 'good' || (stage.asking && stage.words !== null);
  slot('advice').textContent = tables.words.compare_advice[speaks ? 'good' : 'other'][language];
  fillState(slot, verdict, tables, language, stage);
  fillFacts(slot, verdict.certificate, tables.words, language);
  const findings = shownFindings(verdict, tables, stage);
  fillFindings(slot('findings'), findings, { verdict, tables, language, banner: tone });
  slot('print').addEventListener('click', () => window.print());
  if (tone !== 'bad') slot('complain')?.remove();
  if (stage.otherWays) slot('actions').remove();
  root.replaceChildren(page);
  announce(title, stage.asking);
}

/**
 * Show a plain message, such as why nothing could be checked here.
 * @param {HTMLElement} root
 * @param {{title: string, text: string}} words
 */
export function showMessage(root, { title, text }) {
  const banner = element('section', 'banner tone-calm');
  banner.append(icon('calm'), element('h1', '', title), element('p', 'meaning', text));
  root.replaceChildren(banner);
  announce(title, false);
}

/** One of the sentences the page holds for the script. */
export function pageWords(name) {
  const found = document.getElementById('words').content.querySelector(`[data-word="${name}"]`);
  return { title: found.dataset.title, text: found.textContent };
}

/** What stands under the headline where one finding decides, as in `verifier/site/present.py`. */
function specificMeaning({ outcome, findings }, { meanings }) {
  const found = new Set(findings.map((one) => one.code));
  return meanings.find(
    (one) => one.outcome === outcome && one.codes.some((code) => found.has(code)));
}

/** What stands under the headline; a caution takes the place of an outcome's general words. */
function meaning({ words, caution }, specific, outcome, language) {
  if (words !== null) return words.text;
  if (!caution) return (specific ?? outcome.meaning)[language];
  return `${specific?.[language] ?? ''} ${caution.text.trim()}`.trim();
}

/** The status is not shown beside a paper, or evidence, that is not to be relied on. */
function statusShown({ outcome, status, findings }, { outcomes }) {
  const alarmed = findings.some((one) => one.severity === 'alarm');
  const contradicted = alarmed && outcome === 'inconclusive';
  return status !== 'unknown' && outcomes[outcome].status_shown && !contradicted;
}

function fillState(slot, verdict, tables, language, stage) {
  const status = tables.words.statuses[verdict.status];
  const label = language === 'zh' ? '登记状态：' : 'On record: ';
  if (!statusShown(verdict, tables.words)) slot('status').remove();
  else slot('status').textContent = label + status[language];
  if (!verdict.demo) slot('demo').remove();
  slot('checked').textContent = checkedAt(verdict.checked_at, language);
  slot(stage.asking ? 'checked' : 'asking').remove();
  if (verdict.trust_list) slot('trust').textContent = trustLine(verdict.trust_list, tables, language);
  else slot('trust').remove();
  if (stage.askAgain === null) slot('again').remove();
  else slot('ask-again').addEventListener('click', stage.askAgain);
}

/** Which trust list the verdict rests on, and how old it is. */
function trustLine({ version, age_days }, tables, language) {
  const { today, earlier } = tables.words.trust_list;
  const words = (age_days < 1 ? today : earlier)[language];
  const said = words.replace('{version}', version).replace('{days}', age_days);
  return language === 'zh' ? `核验依据：${said}` : `By ${said}`;
}

function fillFacts(slot, printed, words, language) {
  if (printed === null) {
    slot('compare').remove();
    slot('not-proved').remove();
    return;
  }
  const known = printed.document_masked !== null;
  const { holder_name, specialty, number, body_name, print_serial } = printed;
  const values = {
    holder_name, specialty, number, body_name, print_serial,
    document_type: printed.document_type[language],
    document_number: printed.document_masked,
    occupation: printed.occupation[language],
    level: printed.level[language],
    issued_on: longDate(printed.issued_on, language),
  };
  const notes = {
    holder_name: printed.name_masked ? words.notes.name_masked : null,
    document_number: known ? words.notes.document_masked : words.notes.document_not_known,
    occupation: words.notes.occupation_code,
    specialty: specialty === words.no_specialty ? words.notes.no_specialty : null,
    photo: printed.photo,
  };
  slot('facts').append(...Object.entries(words.facts).map(([key, label]) => {
    const cell = element('td');
    const style = FIXED_WIDTH.has(key) ? 'value code' : 'value';
    if (values[key]) cell.append(element('span', style, values[key]));
    const note = notes[key]?.[language].replace('{code}', printed.occupation_code);
    if (note) cell.append(element('span', 'note', note));
    return row(label[language], null, cell);
  }));
  fillParts(slot, printed.number_parts, language);
}

/** What the parts of the number mean; only the server explains them. */
function fillParts(slot, parts, language) {
  if (parts.length === 0) slot('parts').remove();
  else {
    slot('part-rows').append(...parts.map((part) => {
      const cell = element('td');
      cell.append(
        element('span', 'value code', part.value), element('span', 'note', part.meaning[language]));
      const { positions } = part;
      const where = language === 'zh' ? `第 ${positions} 位` : `position ${positions}`;
      return row(part.label[language], where, cell);
    }));
  }
}

function row(label, note, cell) {
  const head = element('th', '', label);
  head.scope = 'row';
  if (note !== null) head.append(element('span', 'note', note));
  const made = element('tr');
  made.append(head, cell);
  return made;
}

/** While the register is being asked, its silence is not yet a finding. */
function shownFindings(verdict, tables, stage) {
  const shown = verdict.findings.filter(
    (one) => !(stage.asking && one.code === 'registry_not_asked'));
  const rank = (one) => tables.findings[one.code]?.rank ?? 0;
  const after = (one) => Number(!decides(one, verdict, tables));
  return shown.sort(
    (one, other) => rank(one) - rank(other) || after(one) - after(other));
}

/** Whether the outcome follows from a finding. */
function decides({ code }, { outcome }, { findings }) {
  return findings[code]?.forces === outcome;
}

/**
 * A record in force speaks for no paper that does not agree with it: then it is a fact alone. What
 * decided the outcome says so, and looks no weaker than the banner.
 */
function fillFindings(list, findings, { verdict, tables, language, banner }) {
  const { words } = tables;
  const strength = (tone) => words.tone_strength.indexOf(tone);
  list.append(...findings.map((one) => {
    const ofRecord = one.code === 'status_current' && verdict.outcome !== 'valid';
    const { tone: own, [language]: mark } = ofRecord
      ? words.record_status : words.severities[one.severity];
    const decisive = decides(one, verdict, tables);
    const tone = decisive && strength(banner) > strength(own) ? banner : own;
    const item = element('li', `tone-${tone}${decisive ? ' decides' : ''}`);
    const text = element('div');
    text.append(element('span', 'mark', mark));
    if (decisive) text.append(element('span', 'decisive', words.decides[language]));
    text.append(one[`message_${language}`]);
    item.append(icon(tone), text);
    return item;
  }));
}

function checkedAt(instant, language) {
  const locale = LOCALES[language];
  const zone = { timeZone: 'Asia/Shanghai' };
  const when = new Date(instant);
  const day = when.toLocaleDateString(locale, { ...zone, dateStyle: 'long' });
  const time = when.toLocaleTimeString(locale, { ...zone, timeStyle: 'medium', hourCycle: 'h23' });
  return language === 'zh'
    ? `核验于北京时间 ${day} ${time}` : `Checked ${day}, ${time} Beijing time`;
}

function longDate(isoDate, language) {
  const day = { timeZone: 'UTC', dateStyle: 'long' };
  return new Date(isoDate).toLocaleDateString(LOCALES[language], day);
}

function icon(tone) {
  return document.getElementById(`icon-${tone}`).content.firstElementChild.cloneNode(true);
}

function element(name, className = '', text = '') {
  const made = document.createElement(name);
  if (className !== '') made.className = className;
  if (text !== '') made.textContent = text;
  return made;
}

/** Say the headline to screen readers and in the title, without moving the focus. */
function announce(title, asking) {
  document.getElementById('announcement').textContent = title;
  if (!asking) document.title = title;
}
