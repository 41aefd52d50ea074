/**
 * What a scanned QR code opens: checks the signature here, on this device, then asks for the
 * present status. The fragment is never put into an address; it leaves only in a request's body.
 */

import { carryFragment, keepLanguage, pageLanguage } from './language.js';
import { pageWords, showMessage, showVerdict } from './show.js';
import { UnsupportedError } from './signature.js';
import { TrustError, readTrustList } from './trust_list.js';
import { acceptTrust, siteStorage } from './trust_memory.js';
import { unanswered, verifyText, withoutTrust } from './verify.js';

const ASK_MILLISECONDS = 8000;

const root = document.getElementById('result');
const ways = document.getElementById('ways');
const serverCheck = document.getElementById('server-check');
/** Counts runs, so that a late answer to an earlier code is not shown for a later one. */
let run = 0;

if (!keepLanguage()) start();
window.addEventListener('hashchange', start);

function start() {
  run += 1;
  ways.classList.remove('now');
  serverCheck.hidden = true;
  carryFragment();
  const mine = run;
  check(mine).catch(() => mine === run && offerWays('not-loaded'));
}

async function check(mine) {
  const text = window.location.href;
  if (window.location.hash.length < 2) return offerWays('no-fragment');
  document.querySelector('#server-check-form input').value = text;
  if (window.crypto?.subtle === undefined) return offerWays('no-crypto');
  document.getElementById('working')?.removeAttribute('hidden');
  const [list, tables] = await Promise.all([load('/keys.json'), load('/tables.json')]);
  const trust = await believe(list);
  if (mine !== run) return undefined;
  // A site that shows a list not to be believed is not asked either: the code stays here.
  if (trust instanceof TrustError) {
    return conclude(withoutTrust(trust.code, JSON.parse(tables), new Date()), JSON.parse(tables));
  }
  return judge(mine, text, trust, JSON.parse(tables));
}

/** The trust list, the reason why it is not believed, or null where the algorithm is lacking. */
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

async function judge(mine, text, trust, tables) {
  document.getElementById('demo-strip').hidden = !trust?.document.demo;
  const { subtle } = window.crypto;
  const local = trust && await verifyText(text, { trust, tables, now: new Date(), subtle });
  if (mine !== run) return undefined;
  const judged = local !== null && !local.unchecked;
  if (judged && local.certificate === null) return conclude(local, tables);
  if (judged) show(local, tables, firstStage(local));
  const answer = await ask(text);
  if (mine !== run) return undefined;
  if (answer !== null) return conclude(answer, tables);
  return local === null ? offerWays('no-crypto') : concludeWithoutStatus(local, tables);
}

function firstStage(local) {
  if (!local.sound) return { asking: true, words: null, tone: null, askAgain: null };
  const words = pageWords('signature-genuine');
  return { asking: true, words, tone: 'note', askAgain: null };
}

/** Show the final verdict; what could not be read at all leaves the other ways open. */
function conclude(verdict, tables) {
  const otherWays = verdict.certificate === null && verdict.outcome === 'inconclusive';
  show(verdict, tables, { asking: false, words: null, tone: null, askAgain: null, otherWays });
  ways.classList.toggle('now', otherWays);
}

function concludeWithoutStatus(local, tables) {
  const words = local.sound ? pageWords('status-not-known') : null;
  const verdict = unanswered(local, tables);
  show(verdict, tables, { asking: false, words, tone: null, askAgain: start });
  if (!local.unchecked) return;
  serverCheck.hidden = false;
  ways.classList.add('now');
}

function show(verdict, tables, stage) {
  showVerdict(root, verdict, tables, pageLanguage(), stage);
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

/** Say why nothing was checked here, and show the other ways. */
function offerWays(reason) {
  showMessage(root, pageWords(reason));
  serverCheck.hidden = window.location.hash.length < 2;
  ways.classList.add('now');
}
