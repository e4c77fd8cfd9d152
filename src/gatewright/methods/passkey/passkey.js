// Passkeys. Without this file the pages offer the other ways of signing in.
//
// A block with data-passkey holds a form whose field "credential" sends what an authenticator has answered: to "get" or
// to "create". What is asked of it stands in data-options, or comes from the address in data-begin.

const TRIED = "gatewright.passkey.tried", OFFERED = "gatewright.passkey.offered", KNOWN = "gatewright.passkey.known";
const WebAuthn = window.PublicKeyCredential;
const isPossible = Boolean(WebAuthn) && !/^[\d.]+$|^\[/.test(location.hostname); // there are none for an IP address
const blocks = [...document.querySelectorAll("[data-passkey]")];
let autofill = new AbortController();

// WebAuthn's JSON, for browsers that know only its buffers.

const decode = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (byte) => byte.charCodeAt(0));
const encode = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer)))
  .replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
const withId = (each) => ({ ...each, id: decode(each.id) });

function optionsOf(json, isNew) {
  const parse = isNew ? WebAuthn.parseCreationOptionsFromJSON : WebAuthn.parseRequestOptionsFromJSON;
  if (parse) return parse.call(WebAuthn, json);
  const options = { ...json, challenge: decode(json.challenge) };
  if (isNew) {
    return { ...options, user: withId(json.user), excludeCredentials: json.excludeCredentials.map(withId) };
  }
  return { ...options, allowCredentials: json.allowCredentials.map(withId) };
}

function written(credential) {
  try {
    return credential.toJSON();
  } catch { // an old browser, or an extension that stands in for one
    const response = {};
    for (const part of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
      if (credential.response[part]) response[part] = encode(credential.response[part]);
    }
    response.transports = credential.response.getTransports?.() ?? [];
    return { id: credential.id, rawId: encode(credential.rawId), type: credential.type, response };
  }
}

// One block.

async function beginning(block, signal) {
  if (block.dataset.options) return JSON.parse(block.dataset.options);
  const tried = sessionStorage.getItem(TRIED);
  sessionStorage.removeItem(TRIED);
  const answer = await fetch(block.dataset.begin, {
    method: "POST",
    headers: { "Content-Type": "application/json", Accept: "application/json" },
    body: JSON.stringify({ method: "passkey", action: "begin", anew: true, tried }),
    signal,
  });
  if (!answer.ok) throw new Error(`${answer.status}`);
  const json = await answer.json();
  if (json.unknown) signal_("signalUnknownCredential", { rpId: json.rpId, credentialId: json.unknown });
  return json;
}

async function ask(block) {
  const isNew = block.dataset.passkey === "create";
  autofill.abort();
  complain(block, "");
  try {
    const publicKey = optionsOf(await beginning(block), isNew);
    const credential = await (isNew ? navigator.credentials.create({ publicKey }) : navigator.credentials.get({ publicKey }));
    send(block, credential);
  } catch (error) {
    const { cancelled, existing, elsewhere, failed } = block.dataset;
    const texts = { NotAllowedError: cancelled, InvalidStateError: existing, SecurityError: elsewhere };
    complain(block, texts[error.name] ?? failed);
    offerAutofill();
  }
}

function send(block, credential) {
  const form = block.querySelector("form");
  form.elements.credential.value = JSON.stringify(written(credential));
  if (block.dataset.begin) sessionStorage.setItem(TRIED, credential.id);
  const remember = form.querySelector("[data-remember]");
  if (remember) remember.value = document.querySelector(`[type=checkbox][name="${remember.name}"]`)?.checked ? "1" : "";
  form.requestSubmit();
}

function complain(block, text) {
  const place = block.querySelector("[data-complaint]");
  place.textContent = text;
  place.hidden = !text;
}

// The passkeys that a browser offers where a name is typed ("conditional mediation").

async function offerAutofill() {
  autofill.abort();
  const block = blocks.find((each) => "autofill" in each.dataset);
  if (!block || document.hidden || !(await WebAuthn.isConditionalMediationAvailable?.())) return;
  autofill = new AbortController();
  const { signal } = autofill;
  try {
    const json = await beginning(block, signal);
    const renewal = setTimeout(offerAutofill, json.timeout * 0.8); // before the challenge expires
    signal.addEventListener("abort", () => clearTimeout(renewal));
    const publicKey = optionsOf(json, false);
    send(block, await navigator.credentials.get({ publicKey, mediation: "conditional", signal }));
  } catch {
    // Nobody has asked for anything yet, so there is nothing to complain of: the button still works.
  }
}

// What password managers should know: which passkeys there are, and what their user is called ("Signal API").

function signal_(name, options) {
  WebAuthn[name]?.(options).catch(() => {});
}

function signalKnown(place) {
  const { user, known } = JSON.parse(place.dataset.passkeyKnown);
  const before = JSON.parse(sessionStorage.getItem(KNOWN) ?? "null");
  if (known) {
    const { rpId, userId, allAcceptedCredentialIds, name, displayName } = known;
    signal_("signalAllAcceptedCredentials", { rpId, userId, allAcceptedCredentialIds });
    signal_("signalCurrentUserDetails", { rpId, userId, name, displayName });
    sessionStorage.setItem(KNOWN, JSON.stringify({ user, rpId, userId }));
  } else if (before && before.user === user) { // the last one has just been removed
    const { rpId, userId } = before;
    signal_("signalAllAcceptedCredentials", { rpId, userId, allAcceptedCredentialIds: [] });
    sessionStorage.removeItem(KNOWN);
  }
}

// Whoever signs in by a password on a device that can have a passkey is offered one, until they have seen how to make one.

async function offerOne(form) {
  if (localStorage.getItem(OFFERED) || !(await WebAuthn.isUserVerifyingPlatformAuthenticatorAvailable())) return;
  const field = Object.assign(document.createElement("input"), { type: "hidden", name: "offer", value: "passkey" });
  form.append(field);
}

if (isPossible) {
  for (const block of blocks) {
    const form = block.querySelector("form");
    block.hidden = false;
    if (block.dataset.passkey === "begin") continue;
    if (block.dataset.passkey === "create") localStorage.setItem(OFFERED, "1");
    form.addEventListener("submit", (event) => {
      if (form.elements.credential.value) return;
      event.preventDefault();
      ask(block);
    });
    addEventListener("pageshow", () => { form.elements.credential.value = ""; });
    if ("atOnce" in block.dataset) ask(block);
  }
  for (const place of document.querySelectorAll("[data-passkey-known]")) signalKnown(place);
  const named = document.querySelector("[autocomplete~=webauthn]")?.form;
  if (named) {
    named.addEventListener("submit", () => autofill.abort());
    offerOne(named);
    offerAutofill();
    document.addEventListener("visibilitychange", offerAutofill);
  }
} else {
  for (const place of document.querySelectorAll("[data-passkey-missing]")) place.hidden = false;
}
