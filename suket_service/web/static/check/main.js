// The public check: takes the seal that was in the address, has it checked, shows the answer. Stores nothing.
import { readText } from "../scan/seal.js";
import { answerOn } from "./asking.js";
import { insteadOf } from "./other.js";
import { clear, showAnswer, showWaiting } from "./verdict.js";

const ask = document.getElementById("ask");
const form = document.getElementById("paste");
const field = document.getElementById("seal");
const error = document.getElementById("seal-error");
const place = document.getElementById("verdict");

// Which question is the latest: an answer to an earlier one must never be shown over it.
let turn = 0;
let running = null;

/** Check the text of one symbol. */
async function check(text) {
  const mine = begin();
  ask.hidden = true;
  showWaiting(place);
  const ways = { again, retry: () => check(text) };
  const answer = await answerOn(text, running.signal);
  if (mine !== turn) return;
  showAnswer(place, answer, { host: hostIn(text), official: form.dataset.host }, ways);
}

/** A new turn: whatever is on its way belongs to an earlier one. */
function begin() {
  turn += 1;
  if (running !== null) running.abort();
  running = new AbortController();
  return turn;
}

/** The host that a symbol's link names, as text; null where it names none. */
function hostIn(text) {
  try {
    const { origin } = readText(text, true);
    return origin === null ? null : origin.slice(origin.indexOf("://") + 3);
  } catch {
    return null;
  }
}

/** Back to the question, with nothing of the last letter left. */
function again() {
  begin();
  clear(place);
  ask.hidden = false;
  field.value = "";
  complain(null);
  document.getElementById("ask-title").scrollIntoView();
  field.focus();
}

function complain(sentence) {
  error.hidden = sentence === null;
  error.textContent = sentence === null ? "" : sentence;
  if (sentence === null) field.removeAttribute("aria-invalid");
  else field.setAttribute("aria-invalid", "true");
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const text = field.value.trim();
  const instead = text === "" ? { says: "Tempelkan dahulu isi kode QR.", field: null } : insteadOf(text);
  complain(instead === null ? null : instead.says);
  if (instead === null) {
    check(text);
  } else if (instead.field === null) {
    field.focus();
  } else {
    // It belongs into the form below: put there, and on to what is still missing.
    document.getElementById(instead.field).value = text;
    document.getElementById(instead.field === "code" ? "number" : "code").focus();
  }
});

/** Check what address.js took out of the address, or what a second code in the same tab has put there. */
function checkFragment(fragment) {
  if (fragment.length > 1) check(location.origin + location.pathname + fragment);
}

function canCheck() {
  const { isSecureContext, crypto, DecompressionStream, AbortController } = window;
  return Boolean(isSecureContext && crypto && crypto.subtle && DecompressionStream && AbortController);
}

if (canCheck()) {
  form.hidden = false; // without this script it could only send the seal in an address
  document.getElementById("no-script").hidden = true;
  window.addEventListener("hashchange", () => {
    const fragment = location.hash;
    if (fragment.length <= 1) return;
    history.replaceState(null, "", location.pathname);
    checkFragment(fragment);
  });
  checkFragment(window.suketFragment || "");
}
delete window.suketFragment;
document.documentElement.className = ""; // taken over from address.js
