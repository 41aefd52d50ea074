/**
 * Remembers in this browser the newest trust list it has used here, and refuses an older one; the
 * counterpart of `registry/trust_memory.py`.
 */

import { TrustError } from './trust_list.js';

const PLACE = 'yanzhen-trust';

/**
 * Refuse a list that goes back behind what was used before; remember a newer one.
 * @param {import('./trust_list.js').TrustList} trust
 * @param {Storage|null} storage where to remember; null where the browser keeps nothing
 * @throws {TrustError}
 */
export function acceptTrust(trust, storage) {
  const seen = recall(storage);
  const { version } = trust.document;
  if (seen !== null) checkNotOlder(trust, version, seen);
  const { sha256, rootVersion, rootPins } = trust;
  remember({ version, sha256, rootVersion, rootPin: rootPins[rootVersion - 1] }, storage);
}

/** The browser's storage for this site, or null where it offers none. */
export function siteStorage() {
  try {
    return window.localStorage;
  } catch {
    return null;
  }
}

function checkNotOlder(trust, version, seen) {
  if (version < seen.version || trust.rootVersion < seen.rootVersion) {
    throw new TrustError('trust_list_older');
  }
  const descends = trust.rootPins[seen.rootVersion - 1] === seen.rootPin;
  const same = version > seen.version || trust.sha256 === seen.sha256;
  if (!descends || !same) throw new TrustError('trust_list_forked');
}

function recall(storage) {
  try {
    const seen = JSON.parse(storage.getItem(PLACE));
    return Number.isInteger(seen?.version) && Number.isInteger(seen.rootVersion) ? seen : null;
  } catch {
    return null;
  }
}

function remember(seen, storage) {
  try {
    storage.setItem(PLACE, JSON.stringify(seen));
  } catch {
    // A browser that keeps nothing forgets this list too; the next visit begins anew.
  }
}
