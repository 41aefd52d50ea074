/**
 * Keeps the scanner usable without a network: its page, its scripts, and the newest signed trust
 * list that was seen. `SHELL` and `VERSION` are set by the site before this text; a new version
 * takes the place of all that an earlier one kept. Nothing that was scanned ever comes here.
 */

/* global SHELL, VERSION */

const KEPT = `yanzhen-${VERSION}`;
const FRESH = ['/keys.json', '/tables.json'];
const FRESH_MILLISECONDS = 4000;

self.addEventListener('install', (event) => {
  event.waitUntil(keepShell().then(() => self.skipWaiting()));
});

self.addEventListener('activate', (event) => {
  event.waitUntil(dropOthers().then(() => self.clients.claim()));
});

self.addEventListener('fetch', (event) => {
  const { method, url } = event.request;
  const { origin, pathname, search } = new URL(url);
  if (method !== 'GET' || origin !== self.location.origin) return;
  if (FRESH.includes(pathname)) event.respondWith(freshFirst(event.request));
  else if (SHELL.includes(pathname + search)) event.respondWith(keptFirst(event.request));
});

async function keepShell() {
  const cache = await caches.open(KEPT);
  await cache.addAll([...SHELL, ...FRESH].map((one) => new Request(one, { cache: 'reload' })));
}

async function dropOthers() {
  const names = await caches.keys();
  const others = names.filter((name) => name.startsWith('yanzhen-') && name !== KEPT);
  await Promise.all(others.map((name) => caches.delete(name)));
}

async function keptFirst(request) {
  const cache = await caches.open(KEPT);
  return await cache.match(request.url) ?? fetch(request);
}

/** What the site says now; where it does not answer in time, what it said last. */
async function freshFirst(request) {
  const cache = await caches.open(KEPT);
  try {
    const answer = await fetch(request, { signal: AbortSignal.timeout(FRESH_MILLISECONDS) });
    if (answer.ok) await cache.put(request.url, answer.clone());
    if (answer.ok) return answer;
  } catch {
    // without a network, or too slow: what is kept answers
  }
  return await cache.match(request.url) ?? Response.error();
}
