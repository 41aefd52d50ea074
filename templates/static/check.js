/**
 * Checks the text of a QR code on this device, then asks for the present status, and shows both;
 * what the landing page and the scanner do alike. The text never becomes an address.
 */

import { pageLanguage } from './display.js';
import { pageWords, showVerdict } from './show.js';
import { UnsupportedError } from './signature.js';
import { TrustError, readTrustList } from './trust_list.js';
import { acceptTrust, siteStorage } from './trust_memory.js';
import { unanswered, verifyText, withoutTrust } from './verify.js';

const ASK_MILLISECONDS = 8000;

/**
 * @typedef {object} CheckingPage
 * @property {HTMLElement} root where the verdict is shown
 * @property {() => boolean} wanted whether the answer to this text is still wanted
 * @property {() => void} again asks once more
 * @property {(reason: string) => void} offerWays shows why nothing was checked, and the other ways
 * @property {(open: boolean) => void} otherWays opens or closes the other ways to check
 * @property {() => void} askServer offers the server's check of the text
 * @property {boolean} [picture] the text was read from a picture that shows more than its code
 */

/**
 * Check a text and show what comes out.
 * @param {string} text anything, untrusted
 * @param {CheckingPage} page
 */
export async function checkText(text, page) {
  if (window.crypto?.subtle === undefined) return page.offerWays('no-crypto');
  const { trust, tables } = await loadTrust();
  if (!page.wanted()) return undefined;
  // A site that shows a list not to be believed is not asked either: the code stays here.
  if (trust instanceof TrustError) {
    return conclude(page, withoutTrust(trust.code, tables, new Date()), tables);
  }
  return judge(text, trust, tables, page);
}

/**
 * The trust list of this site and the tables, both as published.
 * @returns {Promise<{trust: import('./trust_list.js').TrustList|TrustError|null, tables: object}>}
 *   the reason in place of a list that is not believed; null where this browser cannot tell
 */
export async function loadTrust() {
  const [list, tables] = await Promise.all([load('/keys.json'), load('/tables.json')]);
  return { trust: await believe(list), tables: JSON.parse(tables) };
}

async function believe(list) {
  try {
    try {
      return await accepted(list);
    } catch (error) {
      if (error.code !== 'trust_list_older') throw error;
      // A cache on the way may lag behind what this browser saw: ask the site itself, once.
      return await accepted(await load('/keys.json', { cache: 'reload' }));
    }
  } catch (error) {
    if (error instanceof TrustError) return error;
    if (error instanceof UnsupportedError) return null;
    throw error;
  }
}

async function accepted(list) {
  const pin = document.querySelector('meta[name="root-pin"]').content;
  if (pin === '') throw new Error('the site had no trust list when it made this page');
  const trust = await readTrustList(list, pin, window.crypto.subtle);
  acceptTrust(trust, siteStorage());
  return trust;
}

async function judge(text, trust, tables, page) {
  document.getElementById('demo-strip').hidden = !trust?.document.demo;
  const { subtle } = window.crypto;
  const local = trust && await verifyText(text, { trust, tables, now: new Date(), subtle });
  if (!page.wanted()) return undefined;
  const judged = local !== null && !local.unchecked;
  if (judged && local.certificate === null) return conclude(page, local, tables);
  if (judged) show(page, local, tables, firstStage(local));
  const answer = await ask(text);
  if (!page.wanted()) return undefined;
  if (answer !== null) {
    conclude(page, answer, tables);
    return page.picture ? undefined : offerReport(page.root, text);
  }
  return local === null ? page.offerWays('no-crypto') : concludeWithoutStatus(page, local, tables);
}

function firstStage(local) {
  if (!local.sound) return { asking: true, words: null, tone: null, askAgain: null };
  const words = pageWords('signature-genuine');
  return { asking: true, words, tone: 'note', askAgain: null };
}

/** Show the final verdict; what could not be read at all leaves the other ways open. */
function conclude(page, verdict, tables) {
  const otherWays = verdict.certificate === null && verdict.outcome === 'inconclusive';
  show(page, verdict, tables, { asking: false, words: null, tone: null, askAgain: null, otherWays });
  page.otherWays(otherWays);
}

/** Let the server's answer be had as a sealed report, where this site makes them. */
function offerReport(root, text) {
  const form = root.querySelector('#report-form');
  if (form === null) return;
  form.elements.text.value = text;
  root.querySelector('#report-card').hidden = false;
}

function concludeWithoutStatus(page, local, tables) {
  const offline = navigator.onLine === false ? 'offline-genuine' : 'status-not-known';
  const words = local.sound ? pageWords(offline) : null;
  const verdict = unanswered(local, tables);
  show(page, verdict, tables, { asking: false, words, tone: null, askAgain: page.again });
  if (local.unchecked) page.askServer();
}

function show({ root, picture }, verdict, tables, stage) {
  // A good code says nothing of the picture around it: that is never called to agree here.
  const unseen = picture && verdict.outcome === 'valid' && stage.words === null;
  const caution = unseen ? pageWords('picture-unseen') : null;
  showVerdict(root, verdict, tables, pageLanguage(), { ...stage, caution });
}

/** The server's verdict with the present status, or null when it cannot be had now. */
async function ask(text) {
  try {
    const response = await fetch('/api/v1/verify/qr', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ text }),
      signal: AbortSignal.timeout(ASK_MILLISECONDS),
      cache: 'no-store',
      credentials: 'omit',
      referrerPolicy: 'no-referrer',
    });
    return response.ok ? await response.json() : null;
  } catch {
    return null;
  }
}

async function load(address, options = {}) {
  const response = await fetch(address, { credentials: 'omit', ...options });
  if (!response.ok) throw new Error(`${address}: ${response.status}`);
  return response.text();
}
