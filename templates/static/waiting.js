/** Solves the puzzle of the waiting page a slice at a time, then asks the question again. */

import { sha256 } from './sha256.js';

const SLICE_MILLISECONDS = 40;

const form = document.getElementById('puzzle');
start();
// A page shown again from the browser's history has a puzzle that was used: a new one is asked for.
window.addEventListener('pageshow', (event) => {
  if (event.persisted) form.requestSubmit();
});

function start() {
  document.getElementById('by-waiting').hidden = true;
  document.getElementById('by-working').hidden = false;
  form.querySelector('button').hidden = true;
  solve(form.dataset.challenge, Number(form.dataset.zeroBits)).then((solution) => {
    form.elements.solution.value = solution;
    form.submit();
  });
}

/**
 * @param {string} challenge what is signed for this question.
 * @param {number} zeroBits how many zero bits the hash must begin with; at most 32.
 * @returns {Promise<string>} a decimal number that solves it.
 */
async function solve(challenge, zeroBits) {
  const encoder = new TextEncoder();
  const progress = document.getElementById('progress');
  const expected = 2 ** zeroBits;
  const limit = 2 ** (32 - zeroBits);
  let tried = 0;
  for (;;) {
    const until = performance.now() + SLICE_MILLISECONDS;
    while (performance.now() < until) {
      for (let more = 0; more < 100; more += 1, tried += 1) {
        if (sha256(encoder.encode(`${challenge}.${tried}`))[0] >>> 0 < limit) return String(tried);
      }
    }
    progress.value = 1 - Math.exp(-tried / expected);
    await new Promise((resume) => { setTimeout(resume, 0); });
  }
}
