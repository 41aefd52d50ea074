/**
 * Says below a form that it is on its way, and does not send it twice. What it says is in the form's
 * `data-busy`; without script the browser's own sign has to do.
 */
(function () {
  'use strict';
  function watch(form) {
    var sent = false;
    var words = document.createElement('p');
    var bar = document.createElement('progress');
    words.setAttribute('role', 'status');
    bar.hidden = true;
    bar.setAttribute('aria-hidden', 'true');
    form.appendChild(words);
    form.appendChild(bar);
    function show(busy) {
      sent = busy;
      bar.hidden = !busy;
      words.textContent = busy ? form.dataset.busy : '';
      form.setAttribute('aria-busy', String(busy));
    }
    form.addEventListener('submit', function (event) {
      var pressed = event.submitter;
      if (sent) {
        event.preventDefault();
      } else if (!event.defaultPrevented) {
        if (pressed && !form.contains(pressed)) pressed.parentNode.append(words, bar);
        show(true);
      }
    });
    // A page shown again from the browser's history must work again.
    window.addEventListener('pageshow', function () { show(false); });
  }

  document.querySelectorAll('form[data-busy]').forEach(watch);
})();
