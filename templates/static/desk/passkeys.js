// Passkeys: what the browser alone can do. The page holds the options as JSON; the answer goes into
// the form's hidden field, and the form is sent as any other. Without script a code is typed.

const bytes = (text) =>
  Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));

const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

const described = (list) => (list || []).map((one) => ({ ...one, id: bytes(one.id) }));

async function create(options) {
  const made = await navigator.credentials.create({
    publicKey: {
      ...options,
      challenge: bytes(options.challenge),
      user: { ...options.user, id: bytes(options.user.id) },
      excludeCredentials: described(options.excludeCredentials),
    },
  });
  return answer(made, {
    attestationObject: text(made.response.attestationObject),
  });
}

async function get(options) {
  const shown = await navigator.credentials.get({
    publicKey: {
      ...options,
      challenge: bytes(options.challenge),
      allowCredentials: described(options.allowCredentials),
    },
  });
  return answer(shown, {
    authenticatorData: text(shown.response.authenticatorData),
    signature: text(shown.response.signature),
    userHandle: shown.response.userHandle ? text(shown.response.userHandle) : null,
  });
}

function answer(credential, response) {
  return JSON.stringify({
    id: credential.id,
    rawId: text(credential.rawId),
    type: credential.type,
    clientExtensionResults: {},
    response: { clientDataJSON: text(credential.response.clientDataJSON), ...response },
  });
}

const ways = { create, get };

for (const place of document.querySelectorAll("[data-passkey]")) {
  if (!window.PublicKeyCredential) break;
  place.hidden = false;
  const card = place.closest("[data-passkey-card]");
  if (card) card.hidden = false;
  const button = place.querySelector("button");
  const said = place.querySelector("[data-part=said]");
  button.addEventListener("click", async () => {
    button.disabled = true;
    said.hidden = true;
    try {
      const form = document.getElementById(place.dataset.form);
      const given = await ways[place.dataset.passkey](JSON.parse(place.dataset.options));
      form.querySelector("[name$=answer]").value = given;
      form.submit();
    } catch {
      said.textContent = place.dataset.declined;
      said.hidden = false;
      button.disabled = false;
    }
  });
}
