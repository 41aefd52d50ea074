/**
 * Asks before a page is left on which something was typed and not saved. What is being sent is saved;
 * a file that is fetched does not leave the page. Codes and passwords are typed anew each time.
 */
(function () {
  'use strict';
  var sent = null;
  var fetching = false;
  var FILE = /\.[a-z]{3,4}$/;

  function isChanged(field) {
    if (field.type === 'hidden' || field.type === 'password' || field.autocomplete === 'one-time-code') return false;
    if (field.type === 'checkbox' || field.type === 'radio') return field.checked !== field.defaultChecked;
    if (field.type === 'file') return field.files.length > 0;
    if (field.options) {
      var preset = Array.prototype.some.call(field.options, function (one) { return one.defaultSelected; });
      return Array.prototype.some.call(field.options, function (one, place) {
        return one.selected !== (preset ? one.defaultSelected : place === 0 && !field.multiple);
      });
    }
    return field.defaultValue !== undefined && field.value !== field.defaultValue;
  }
  function isUnsaved(form) {
    if (form.id && document.querySelector('[data-passkey][data-form="' + form.id + '"]')) return false; // sent by passkeys.js
    return form !== sent && form.method === 'post' && Array.prototype.some.call(form.elements, isChanged);
  }
  document.addEventListener('submit', function (event) {
    var form = event.target;
    if (event.defaultPrevented) return;
    sent = form;
    if (FILE.test(new URL(form.action).pathname)) window.setTimeout(function () { form.reset(); }); // its page stays
  });
  document.addEventListener('click', function (event) {
    var link = event.target.closest('a[href]');
    fetching = link !== null && FILE.test(link.pathname);
  });
  document.addEventListener('input', function (event) {
    if (event.target.form === sent) sent = null;
  });
  window.addEventListener('beforeunload', function (event) {
    if (fetching || !Array.prototype.some.call(document.forms, isUnsaved)) return;
    event.preventDefault();
    event.returnValue = '';
  });
  // A page shown again from the browser's history has saved nothing yet.
  window.addEventListener('pageshow', function () { sent = null; fetching = false; });
})();
