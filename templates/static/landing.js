/**
 * What a scanned QR code opens: checks the signature here, on this device, then asks for the
 * present status. The fragment is never put into an address; it leaves only in a request's body.
 */

import { checkText } from './check.js';
import { carryFragment, keepDisplay } from './display.js';
import { pageWords, showMessage } from './show.js';

const root = document.getElementById('result');
const ways = document.getElementById('ways');
const serverCheck = document.getElementById('server-check');
/** Counts runs, so that a late answer to an earlier code is not shown for a later one. */
let run = 0;

if (!keepDisplay()) start();
window.addEventListener('hashchange', start);

function start() {
  run += 1;
  ways.classList.remove('now', 'shut'); // they still appear by themselves if nothing comes of this
  serverCheck.hidden = true;
  carryFragment();
  const mine = run;
  check(mine).catch(() => mine === run && offerWays('not-loaded'));
}

async function check(mine) {
  const text = window.location.href;
  if (window.location.hash.length < 2) return offerWays('no-fragment');
  document.querySelector('#server-check-form input').value = text;
  document.getElementById('working')?.removeAttribute('hidden');
  const wanted = () => mine === run;
  return checkText(text, { root, wanted, again: start, offerWays, otherWays, askServer });
}

function otherWays(open) {
  ways.classList.toggle('now', open);
  ways.classList.toggle('shut', !open);
}

function askServer() {
  serverCheck.hidden = false;
  otherWays(true);
}

/** Say why nothing was checked here, and show the other ways. */
function offerWays(reason) {
  showMessage(root, pageWords(reason));
  serverCheck.hidden = window.location.hash.length < 2;
  otherWays(true);
}
