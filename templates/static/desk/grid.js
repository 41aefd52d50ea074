/**
 * In a sheet that is typed into, Enter and the arrows up and down go to the cell below or above, as in
 * a spreadsheet; on the last row Enter goes on to the button that saves. Without script Enter saves.
 */
(function () {
  'use strict';
  var STEPS = { Enter: 1, ArrowDown: 1, ArrowUp: -1 };

  function next(field, step) {
    var place = field.closest('td').cellIndex;
    var row = field.closest('tr');
    while ((row = step > 0 ? row.nextElementSibling : row.previousElementSibling)) {
      var cell = row.cells[place];
      var found = cell && cell.querySelector('input, select');
      if (found) return found;
    }
    return null;
  }

  document.querySelectorAll('table.grid').forEach(function (table) {
    table.addEventListener('keydown', function (event) {
      var field = event.target;
      if (!(event.key in STEPS) || field.tagName !== 'INPUT' || event.isComposing) return;
      if (event.ctrlKey || event.altKey || event.metaKey) return;
      event.preventDefault();
      var back = event.shiftKey && event.key === 'Enter';
      var found = next(field, back ? -1 : STEPS[event.key]);
      if (!found && event.key === 'Enter' && !back) found = field.form.querySelector('button[type="submit"]');
      if (!found) return;
      found.focus();
      if (found.select) found.select();
    });
  });
})();
