/** Offers printing, which needs a script: of a result, a receipt, recovery codes. */

const button = document.getElementById('print');
button.hidden = false;
button.addEventListener('click', () => window.print());
