/** Small helps on the pages of the batch check; they work without them too. */

const bar = document.getElementById('done');
if (bar) follow();
for (const form of document.querySelectorAll('form.upload')) guardUpload(form);

/** Show how far the check is, and open the result when it is there. */
async function follow() {
  const far = document.getElementById('far');
  for (;;) {
    await new Promise((ready) => setTimeout(ready, 700));
    let state;
    try {
      state = await (await fetch(bar.dataset.progress, { cache: 'no-store' })).json();
    } catch {
      continue; // the network is away for a moment; the check goes on without it
    }
    if (!state.running) break;
    if (!state.total) continue;
    bar.max = state.total;
    bar.value = state.done;
    far.textContent = `${state.done}${far.dataset.of}${state.total}`;
    document.getElementById('left').textContent = state.left;
  }
  window.location.reload();
}

/** Refuse a file the server would refuse, before it is sent. */
function guardUpload(form) {
  const input = form.querySelector('input[type="file"]');
  input.addEventListener('change', () => {
    const tooLarge = [...input.files].some((file) => file.size > Number(form.dataset.maxBytes));
    input.setCustomValidity(tooLarge ? form.dataset.tooLarge : '');
    if (tooLarge) input.reportValidity();
  });
}
