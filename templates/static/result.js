/** The result page's only script: offers printing, which needs one. */

const button = document.getElementById('print');
button.hidden = false;
button.addEventListener('click', () => window.print());
