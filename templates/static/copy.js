/**
 * Buttons that copy what stands elsewhere on the page: `data-copy` is the id of that element.
 *
 * Where the browser gives no clipboard, as over plain http, the text is selected instead and the
 * words beside the button say how to copy it. Without this script no button is shown.
 */
(function () {
  'use strict';

  function select(source) {
    if (source.select) { source.focus(); source.select(); return; }
    var range = document.createRange();
    range.selectNodeContents(source);
    var chosen = window.getSelection();
    chosen.removeAllRanges();
    chosen.addRange(range);
  }

  function offer(button) {
    var source = document.getElementById(button.getAttribute('data-copy'));
    var told = document.getElementById(button.getAttribute('data-copy') + '-copied');
    function say(how) { told.textContent = told.getAttribute('data-' + how); }
    button.hidden = false;
    button.addEventListener('click', function () {
      select(source);
      if (!navigator.clipboard) { say('selected'); return; }
      navigator.clipboard.writeText(source.value || source.textContent)
        .then(function () { say('copied'); }, function () { say('selected'); });
    });
  }

  Array.prototype.forEach.call(document.querySelectorAll('button[data-copy]'), offer);
})();
