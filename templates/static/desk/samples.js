/**
 * Loads the sample pages of a batch one after another: each costs the server a second or more of
 * drawing, and its place says so until it is there. One that fails is asked for again after each of
 * the waits, in milliseconds. What is said stands in the list's `data-drawing`, `data-again` and
 * `data-failed`.
 */
(function () {
  'use strict';
  var WAITS = [2000, 5000, 10000];

  function follow(list) {
    var figures = Array.prototype.slice.call(list.querySelectorAll('figure'));
    function say(figure, words) {
      figure.querySelector('[role="status"]').textContent = words ? list.dataset[words] : '';
    }
    function load(tries) {
      var figure = figures[0];
      if (!figure) return;
      var picture = figure.querySelector('img');
      function go_on(words) {
        say(figure, words);
        figures.shift();
        load(0);
      }
      picture.onload = function () {
        picture.hidden = false;
        go_on('');
      };
      picture.onerror = function () {
        if (tries === WAITS.length) { go_on('failed'); return; }
        say(figure, 'again');
        window.setTimeout(load, WAITS[tries], tries + 1);
      };
      say(figure, 'drawing');
      picture.src = figure.dataset.picture;
    }
    load(0);
  }

  document.querySelectorAll('.samples').forEach(follow);
})();
