/**
 * Where a code's text would lead whoever follows it, as browsers and phones read it; nothing is
 * ever followed here. Phones open more than a browser's address: `//host`, `host/path`, an app's
 * own scheme, an address after other words.
 */

import { shownHost } from './trust.js';

// What scanners leave around a text, and what browsers drop before they read an address.
const EDGES = /^[\p{Cc}\p{Cf}\p{Z}]+|[\p{Cc}\p{Cf}\p{Z}]+$/gu;
const DROPPED = /[\t\r\n]/g;
const SITE = /https?:[^\s]*/iu;
const APP = /^(?:[a-z][a-z0-9+.-]*:[/\\]{2}|(?:javascript|data|intent):)/i;
const NAME = /^[^\s/\\?#:]+[.。．｡][^\s/\\?#:.。．｡]*\p{L}[^\s/\\?#:]*(?::[0-9]{1,5})?(?:[/\\?#]|$)/u;

/**
 * The host a text leads to, or as much as tells it where it names no site; null for a text that is
 * no address of any kind.
 * @param {string} text anything, untrusted
 * @returns {string|null} as it can be shown: ASCII, of bounded length
 */
export function leadsTo(text) {
  const plain = text.replace(EDGES, '').replace(DROPPED, '');
  const site = SITE.exec(plain)?.[0];
  if (site !== undefined) return hostOf(site) ?? shownHost(site);
  if (APP.test(plain)) return shownHost(plain.split(/\s/u)[0]);
  return /^[/\\]{2}/.test(plain) || NAME.test(plain) ? hostOf(`https:${plain}`) : null;
}

function hostOf(address) {
  try {
    return shownHost(new URL(address).host);
  } catch {
    return null;
  }
}
