/** Offers printing, which needs a script: on the page of a result and of a receipt. */

const button = document.getElementById('print');
button.hidden = false;
button.addEventListener('click', () => window.print());
