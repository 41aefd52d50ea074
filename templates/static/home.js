/** Small helps on the start page; every form works without them. */

fillFromFragment();
for (const form of document.querySelectorAll('form.upload')) guardUpload(form);

/**
 * A link such as `/#number=S0000…&name=` fills the form. What follows the `#` is not sent to the
 * server, so a link may carry a name without leaving it in a log.
 */
function fillFromFragment() {
  const given = new URLSearchParams(window.location.hash.slice(1));
  if (!given.get('number')) return;
  const by = given.get('document') ? 'document' : 'name';
  document.getElementById(`by-${by}`).checked = true;
  for (const field of ['number', by]) {
    document.getElementById(field).value = given.get(field) ?? '';
  }
  const next = given.get(by) ? '.look-up button' : `#${by}`;
  document.querySelector(next).focus();
}

/** Refuse a file the server would refuse, before it is sent. */
function guardUpload(form) {
  const limit = Number(form.dataset.maxBytes);
  form.addEventListener('change', (event) => {
    const input = event.target;
    const tooLarge = [...input.files].some((file) => file.size > limit);
    input.setCustomValidity(tooLarge ? form.dataset.tooLarge : '');
    if (tooLarge) input.reportValidity();
  });
  // Choosing in one field takes the place of what was chosen in the other.
  form.addEventListener('change', (event) => {
    for (const other of form.querySelectorAll('input[type="file"]')) {
      if (other !== event.target) other.value = '';
    }
  });
}
