/**
 * Keeps each `parts.progress` of a page up to date.
 *
 * The address in `poll` answers JSON: {"done": 12, "total": 300, "text": "…", "state": "running"},
 * with the same `state` as the page had while nothing but numbers changed. Any other state loads
 * the page again ("next": address, another one): what to do then is the page's to say. Where somebody
 * types, or typed, a link says that there is something new instead.
 */
(function () {
  'use strict';
  var EVERY = 1500;
  var SLOWEST = 15000;
  var typed = document.getElementById('troubles') !== null; // a form came back, with what was typed

  document.addEventListener('input', function () { typed = true; });
  function isInUse() {
    return typed || /^(INPUT|SELECT|TEXTAREA)$/.test((document.activeElement || {}).tagName);
  }

  function follow(box) {
    var wait = EVERY;
    function part(name) { return box.querySelector('[data-part="' + name + '"]'); }
    function again() { window.setTimeout(ask, wait); }
    function load(next) {
      if (isInUse()) { part('news').hidden = false; again(); }
      else if (next) window.location.assign(next);
      else window.location.reload();
    }
    function show(told) {
      part('lost').hidden = true;
      wait = EVERY;
      if (told.state !== box.dataset.state) { load(told.next); return; }
      var bar = box.querySelector('progress');
      bar.max = told.total || 1;
      if (told.total) bar.value = told.done; else bar.removeAttribute('value');
      part('count').hidden = !told.total;
      part('done').textContent = told.done;
      part('total').textContent = told.total;
      if (part('text').textContent !== told.text) part('text').textContent = told.text;
      again();
    }
    function ask() {
      if (document.hidden) { again(); return; }
      fetch(box.dataset.poll, { credentials: 'same-origin', headers: { Accept: 'application/json' } })
        .then(function (answer) {
          if (answer.status === 401 || answer.status === 403 || answer.status === 404) {
            load();
            return undefined;
          }
          if (!answer.ok) throw new Error('no answer');
          return answer.json().then(show);
        })
        .catch(function () {
          part('lost').hidden = false;
          wait = Math.min(wait * 2, SLOWEST);
          again();
        });
    }
    again();
  }

  document.querySelectorAll('.progress[data-poll]').forEach(follow);
})();
