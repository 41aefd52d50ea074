/**
 * The scanner: reads a certificate's QR code with this device's camera or from a picture, names
 * where it leads without ever going there, and checks it here, with the network or without.
 */

import { checkText, loadTrust } from './check.js';
import { keepDisplay, pageLanguage } from './display.js';
import { leadsTo } from './leads.js';
import { openReader, readPicture } from './scanning.js';
import { pageWords, showMessage } from './show.js';
import { TrustError } from './trust_list.js';
import { chinaDate } from './verify.js';

const LOOK_MILLISECONDS = 120;
const part = (name) => document.getElementById(name);
const root = part('result');
const intro = [...root.children];
const video = part('viewfinder');
const camera = part('camera');
/** Counts codes, so that a late answer to an earlier one is not shown for a later one. */
let run = 0;
let stream = null;
let reader = null;

if (!keepDisplay()) start();

function start() {
  navigator.serviceWorker?.register('/sw.js', { scope: '/scan' }).catch(() => {});
  if (navigator.mediaDevices?.getUserMedia === undefined) {
    camera.hidden = true;
    part('no-camera').hidden = false;
  }
  camera.addEventListener('click', openCamera);
  part('stop').addEventListener('click', closeCamera);
  part('picture').addEventListener('change', choosePicture);
  window.addEventListener('online', showList);
  window.addEventListener('offline', showList);
  window.addEventListener('pagehide', closeCamera);
  showList();
}

/** Say which trust list is at hand, how old it is, and whether the network is. */
async function showList() {
  part('offline').hidden = navigator.onLine;
  part('whole-button').disabled = !navigator.onLine;
  part('whole-later').hidden = navigator.onLine;
  const { trust, tables } = await loadTrust().catch(() => ({ trust: null, tables: null }));
  part('no-list').hidden = trust !== null && !(trust instanceof TrustError);
  part('list').hidden = !part('no-list').hidden;
  if (trust === null || trust instanceof TrustError) return;
  const { version, published_at, demo } = trust.document;
  part('demo-strip').hidden = !demo;
  const days = Math.max(0, Math.floor((Date.now() - new Date(published_at)) / 86400000));
  const words = tables.words.trust_list[days < 1 ? 'today' : 'earlier'][pageLanguage()];
  part('list-words').textContent = words.replace('{version}', version).replace('{days}', days);
}

async function openCamera() {
  try {
    reader ??= await openReader();
    stream = await navigator.mediaDevices.getUserMedia({
      audio: false,
      video: { facingMode: { ideal: 'environment' }, width: { ideal: 1920 } },
    });
  } catch {
    showMessage(root, pageWords('camera-closed'));
    part('picture').focus();
    return;
  }
  clearResult();
  video.srcObject = stream;
  await video.play();
  showCamera(true);
  part('stop').focus();
  look(stream);
}

/** Look at the camera's picture again and again until it shows a code or is closed. */
async function look(mine) {
  while (stream === mine) {
    const [text] = video.readyState >= 2 ? await reader(video).catch(() => []) : [];
    if (stream !== mine) return;
    if (text !== undefined) {
      closeCamera();
      navigator.vibrate?.(60);
      judge(text);
      return;
    }
    await new Promise((resolve) => { setTimeout(resolve, LOOK_MILLISECONDS); });
  }
}

function closeCamera() {
  stream?.getTracks().forEach((track) => track.stop());
  stream = null;
  video.srcObject = null;
  showCamera(false);
}

function showCamera(open) {
  part('view').hidden = !open;
  camera.hidden = open || navigator.mediaDevices?.getUserMedia === undefined;
}

async function choosePicture() {
  const [file] = part('picture').files;
  if (file === undefined) return;
  closeCamera();
  clearResult();
  part('whole').hidden = false;
  run += 1;
  const mine = run;
  part('working').hidden = false;
  try {
    reader ??= await openReader();
    const text = await readPicture(reader, file);
    if (mine === run && text !== null) judge(text, true);
    else if (mine === run) showMessage(root, pageWords('no-code'));
  } catch {
    if (mine === run) showMessage(root, pageWords('no-picture'));
  } finally {
    if (mine === run) part('working').hidden = true;
  }
}

function clearResult() {
  root.replaceChildren(...intro);
  part('leads').hidden = true;
  part('whole').hidden = true;
}

/**
 * Check one code's text and show what comes out; the text stays text.
 * @param {boolean} [picture] it stands in a picture of which nothing else was read
 */
function judge(text, picture = false) {
  run += 1;
  const mine = run;
  const page = {
    root,
    wanted: () => mine === run,
    picture,
    again: () => judge(text, picture),
    offerWays: (reason) => showMessage(root, pageWords(reason)),
    otherWays: () => {},
    askServer: () => { part('server-check').hidden = false; },
  };
  part('working').hidden = true;
  part('server-check').hidden = true;
  document.querySelector('#server-check-form input').value = text;
  showWhere(text, page.wanted);
  checkText(text, page)
    .then(() => mine === run && part('main').scrollIntoView())
    .catch(() => mine === run && showMessage(root, pageWords('not-loaded')));
}

/** Name the host that a code leads to where it is none of those in the trust list. */
async function showWhere(text, wanted) {
  const host = leadsTo(text);
  const { trust } = await loadTrust().catch(() => ({ trust: null }));
  if (!wanted()) return;
  const today = chinaDate(new Date());
  const hosts = trust?.document?.hosts ?? [];
  const ours = hosts.some((one) => one.host === host && one.valid_from <= today);
  part('leads').hidden = host === null || trust === null || ours;
  part('leads-host').textContent = host ?? '';
}
