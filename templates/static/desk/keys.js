/**
 * Keys for those who work here all day: "/" goes to the search, "g" and a letter to a place,
 * "?" to the page that lists them, Escape closes a menu. Nothing happens while somebody types.
 */
(function () {
  'use strict';
  var GOOD_FOR = 1500;
  var going = 0;

  function typing(target) {
    return target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName);
  }
  function openedMenu() { return document.querySelector('details.menu[open]'); }
  function place(letter) {
    return Array.prototype.filter.call(document.querySelectorAll('[data-key]'), function (link) {
      return link.dataset.key === letter;
    })[0];
  }
  document.addEventListener('keydown', function (event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.key === 'Escape' && openedMenu()) {
      var menu = openedMenu();
      menu.open = false;
      menu.querySelector('summary').focus();
      return;
    }
    if (typing(event.target)) return;
    var afterG = Date.now() - going < GOOD_FOR;
    going = 0;
    if (afterG) {
      var link = place(event.key.toLowerCase());
      if (link) { event.preventDefault(); link.click(); }
    } else if (event.key === 'g') {
      going = Date.now();
    } else if (event.key === '/') {
      var search = document.querySelector('main [data-search], main input[type="search"]') ||
        document.querySelector('main form[role="search"] select, main form[role="search"] input:not([type="hidden"])');
      if (search) {
        event.preventDefault();
        search.focus();
        if (search.select) search.select();
      }
    } else if (event.key === '?') {
      var help = document.querySelector('a[data-help]');
      if (help) { event.preventDefault(); help.click(); }
    }
  });
  document.addEventListener('click', function (event) {
    var menu = openedMenu();
    if (menu && !menu.contains(event.target)) menu.open = false;
  });
})();
