/**
 * Loads a page again once the file that its form makes is made: a download leaves the page as it was.
 *
 * A form with `data-made` (an address) and `data-count`: the address answers JSON with how many
 * there are, {"made": 1}. Where somebody typed meanwhile the page is left alone.
 */
(function () {
  'use strict';
  var EVERY = 1000;
  var LONGEST = 120; // looks
  var typed = false;

  document.addEventListener('input', function () { typed = true; });
  function look(form, left) {
    if (!left || typed) return;
    window.setTimeout(function () {
      fetch(form.dataset.made, { credentials: 'same-origin', headers: { Accept: 'application/json' } })
        .then(function (answer) { return answer.ok ? answer.json() : {}; })
        .then(function (told) {
          if (told.made > Number(form.dataset.count) && !typed) window.location.reload();
          else look(form, left - 1);
        })
        .catch(function () { look(form, left - 1); });
    }, EVERY);
  }
  document.querySelectorAll('form[data-made]').forEach(function (form) {
    form.addEventListener('submit', function () { look(form, LONGEST); });
  });
})();
