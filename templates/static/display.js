/**
 * The landing page and the scanner are cached for everybody, so their script keeps how the reader
 * wants them: it follows the cookies, and takes the fragment along when language or view is switched.
 */

const YEAR_SECONDS = 365 * 24 * 3600;
const CHOICES = { lang: ['zh', 'en'], view: ['standard', 'elder'] };

/** @returns {'zh'|'en'} the language of the page as it stands */
export function pageLanguage() {
  return document.documentElement.lang.startsWith('zh') ? 'zh' : 'en';
}

/**
 * Remember what the address asks for; for the rest go to the page as it was last wanted.
 * @returns {boolean} whether the browser is leaving for the other language or view
 */
export function keepDisplay() {
  const address = new URL(window.location.href);
  const { classList } = document.documentElement;
  const wanted = { lang: pageLanguage(), view: classList.contains('elder') ? 'elder' : 'standard' };
  let leaving = false;
  for (const [name, values] of Object.entries(CHOICES)) {
    const asked = address.searchParams.get(name);
    if (values.includes(asked)) {
      document.cookie = `${name}=${asked}; path=/; max-age=${YEAR_SECONDS}; samesite=lax`;
      wanted[name] = asked;
    } else {
      const kept = keptChoice(name);
      leaving ||= values.includes(kept) && kept !== wanted[name];
      if (values.includes(kept)) wanted[name] = kept;
    }
  }
  if (!leaving) return false;
  address.search = new URLSearchParams(wanted);
  window.location.replace(address);
  return true;
}

/** Let the switches lead to the same code; a browser does not send the fragment. */
export function carryFragment() {
  for (const link of document.querySelectorAll('a[data-keep-fragment]')) {
    link.hash = window.location.hash;
  }
}

function keptChoice(name) {
  const cookies = document.cookie.split('; ').map((one) => one.split('='));
  return cookies.find(([key]) => key === name)?.[1];
}
