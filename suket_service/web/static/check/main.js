// The public check: takes the seal out of the address, asks the service, shows the verdict.
// Stores nothing; the seal is gone from the address before anything else happens.
import { showFailure, showVerdict, showWaiting } from "./verdict.js";

const TIMEOUT_MS = 15000;
const ask = document.getElementById("ask");
const form = document.getElementById("paste");
const field = document.getElementById("seal");
const error = document.getElementById("seal-error");
const place = document.getElementById("verdict");

/** Ask the service about the text of one symbol. */
async function check(text) {
  ask.hidden = true;
  showWaiting(place);
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), TIMEOUT_MS);
  try {
    const answer = await fetch("/api/v1/verifications", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ seal: text }),
      signal: stop.signal,
      credentials: "omit",
      cache: "no-store",
    });
    if (!answer.ok) throw new Error(String(answer.status));
    showVerdict(place, await answer.json(), again);
  } catch {
    // Whatever went wrong, it is "cannot tell", never green.
    showFailure(place, () => check(text), again);
  }
}

/** Back to the question, with nothing of the last letter left. */
function again() {
  place.hidden = true;
  place.replaceChildren();
  ask.hidden = false;
  field.value = "";
  error.hidden = true;
  field.removeAttribute("aria-invalid");
  document.getElementById("ask-title").scrollIntoView();
  field.focus();
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const text = field.value.trim();
  error.hidden = text !== "";
  field.toggleAttribute("aria-invalid", text === "");
  if (text === "") {
    error.textContent = "Tempelkan dahulu isi kode QR.";
    field.focus();
    return;
  }
  check(text);
});

function checkAddress() {
  if (location.hash.length <= 1) return;
  const text = location.origin + location.pathname + location.hash;
  history.replaceState(null, "", location.pathname);
  check(text);
}

window.addEventListener("hashchange", checkAddress);
checkAddress();
