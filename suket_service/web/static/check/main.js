// The public check: takes the seal out of the address, asks the service, shows the verdict.
// Stores nothing; the seal is gone from the address before anything else happens.
import { otherThan } from "./other.js";
import { showFailure, showVerdict, showWaiting } from "./verdict.js";

const TIMEOUT_MS = 15000;
const ask = document.getElementById("ask");
const form = document.getElementById("paste");
const field = document.getElementById("seal");
const error = document.getElementById("seal-error");
const place = document.getElementById("verdict");

// Which question is the latest: an answer to an earlier one must never be shown over it.
let turn = 0;
let running = null;

/** Ask the service about the text of one symbol. */
async function check(text) {
  const mine = ++turn;
  if (running !== null) running.abort();
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), TIMEOUT_MS);
  running = stop;
  ask.hidden = true;
  try {
    showWaiting(place);
    const answer = await fetch("/api/v1/verifications", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ seal: text }),
      signal: stop.signal,
      credentials: "omit",
      cache: "no-store",
    });
    if (!answer.ok) throw new Error(String(answer.status));
    const verdict = await answer.json();
    if (mine === turn) showVerdict(place, verdict, again);
  } catch {
    // Whatever went wrong, it is "cannot tell", never green.
    if (mine === turn) showFailure(place, () => check(text), again);
  } finally {
    clearTimeout(timer);
  }
}

/** Back to the question, with nothing of the last letter left. */
function again() {
  turn += 1;
  place.hidden = true;
  place.textContent = "";
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
  const why = text === "" ? "Tempelkan dahulu isi kode QR." : otherThan(text);
  error.hidden = why === null;
  field.removeAttribute("aria-invalid");
  if (why === null) {
    check(text);
    return;
  }
  field.setAttribute("aria-invalid", "true");
  error.textContent = why;
  field.focus();
});

function checkAddress() {
  if (location.hash.length <= 1) return;
  const text = location.origin + location.pathname + location.hash;
  history.replaceState(null, "", location.pathname);
  check(text);
}

form.hidden = false; // without this script it could only send the seal in an address
document.getElementById("no-script").hidden = true;
window.addEventListener("hashchange", checkAddress);
checkAddress();
