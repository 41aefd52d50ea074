/**
 * What a scanned QR code opens: checks the signature here, on this device, then asks for the
 * present status. The fragment is never put into an address; it leaves only in a request's body.
 */

import { carryFragment, keepLanguage, pageLanguage } from './language.js';
import { pageWords, showMessage, showVerdict } from './show.js';
import { verifyText } from './verify.js';

const ASK_MILLISECONDS = 8000;
const KEY_DOCUMENT_FORMAT = 1;

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
  const [keyDocument, tables] = await Promise.all([load('/keys.json'), load('/tables.json')]);
  if (keyDocument.format !== KEY_DOCUMENT_FORMAT) throw new Error('newer key document');
  document.getElementById('demo-strip').hidden = !keyDocument.demo;
  const { subtle } = window.crypto;
  const local = await verifyText(text, { keyDocument, tables, now: new Date(), subtle });
  if (mine !== run) return undefined;
  if (local.certificate === null && !local.unchecked) return conclude(local, tables);
  if (!local.unchecked) show(local, tables, firstStage(local));
  const answer = await ask(text);
  if (mine !== run) return undefined;
  if (answer !== null) return conclude(answer, tables);
  return concludeWithoutStatus(local, tables);
}

function firstStage(local) {
  if (!local.sound) return { asking: true, words: null, tone: null, askAgain: null };
  const words = pageWords('signature-genuine');
  return { asking: true, words, tone: 'good', askAgain: null };
}

/** Show the final verdict; what could not be read at all leaves the other ways open. */
function conclude(verdict, tables) {
  const otherWays = verdict.certificate === null && verdict.outcome === 'inconclusive';
  show(verdict, tables, { asking: false, words: null, tone: null, askAgain: null, otherWays });
  ways.classList.toggle('now', otherWays);
}

function concludeWithoutStatus(local, tables) {
  const words = local.sound ? pageWords('status-not-known') : null;
  show(local, tables, { asking: false, words, tone: null, askAgain: start });
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

async function load(address) {
  const response = await fetch(address, { credentials: 'omit' });
  if (!response.ok) throw new Error(`${address}: ${response.status}`);
  return response.json();
}

/** Say why nothing was checked here, and show the other ways. */
function offerWays(reason) {
  showMessage(root, pageWords(reason));
  serverCheck.hidden = window.location.hash.length < 2;
  ways.classList.add('now');
}
