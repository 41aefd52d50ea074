/**
 * The landing page is cached for everybody, so its script keeps the reader's language: it follows
 * the cookie, and takes the fragment along when the language is switched.
 */

const YEAR_SECONDS = 365 * 24 * 3600;

/** @returns {'zh'|'en'} the language of the page as it stands */
export function pageLanguage() {
  return document.documentElement.lang.startsWith('zh') ? 'zh' : 'en';
}

/**
 * Remember a language the address asks for; otherwise go to the page in the remembered one.
 * @returns {boolean} whether the browser is leaving for the other language
 */
export function keepLanguage() {
  const address = new URL(window.location.href);
  const asked = address.searchParams.get('lang');
  if (asked === 'zh' || asked === 'en') {
    document.cookie = `lang=${asked}; path=/; max-age=${YEAR_SECONDS}; samesite=lax`;
    return false;
  }
  const kept = /(?:^|; )lang=(zh|en)(?:;|$)/.exec(document.cookie)?.[1];
  if (kept === undefined || kept === pageLanguage()) return false;
  address.searchParams.set('lang', kept);
  window.location.replace(address);
  return true;
}

/** Let the language switch lead to the same code; a browser does not send the fragment. */
export function carryFragment() {
  for (const link of document.querySelectorAll('a[data-keep-fragment]')) {
    link.hash = window.location.hash;
  }
}
