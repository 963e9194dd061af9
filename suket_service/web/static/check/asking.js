// A symbol's text to an answer: checked here, and only the letter's state asked of the service. Shows nothing.
//
// The text of the seal never leaves this page. The service learns a position and a fingerprint, out of which
// nobody reads a person, and only of a seal that a known key has signed.
import { openBundle } from "../scan/trust-bundle.js";
import { bundleRecords, onlineRecords, onlineTrustOf, trustOf, unread, verify } from "../scan/verifier.js";

const BUNDLE_MS = 10000;
const STATE_MS = 8000;
const STATES = new Set(["issued", "suspended", "revoked", "superseded", "unknown", "undecided"]);

/**
 * @typedef {object} Answer
 * @property {import("../scan/verdict.js").Verdict} verdict
 * @property {"service"|"list"|"nothing"} source whose word on the letter's fate it is: the service's, now; the
 *   bundle's lists', as old as they are; or nobody's, because there was no bundle
 * @property {import("../scan/trust-bundle.js").TrustBundle|null} bundle
 */

// The newest bundle of this page's life: what is left to go by when the service falls silent.
let held = null;

/**
 * @param {string} text
 * @param {AbortSignal} stop
 * @returns {Promise<Answer>}
 */
export async function answerOn(text, stop) {
  await renewBundle(stop);
  const bundle = held;
  if (bundle === null) return { verdict: unread("registry_unavailable", new Date(), null), source: "nothing", bundle };
  const question = { asked: null };
  const byList = await verify(text, trustOf(bundle), noting(question, bundleRecords(bundle)), new Date());
  // What no key of ours has signed is decided: there is no position to ask for.
  if (question.asked === null) return { verdict: byList, source: "service", bundle };
  const told = await stateOf(question.asked, stop);
  if (told === null) return { verdict: byList, source: "list", bundle };
  // By the service's clock: this device's may be wrong.
  const at = new Date(told.checked_at);
  const verdict = await verify(text, onlineTrustOf(bundle, at), besides(told, bundle), at);
  return { verdict, source: "service", bundle };
}

/** Ask for the bundle anew; one that cannot be had or read leaves the one that is held. */
async function renewBundle(stop) {
  try {
    // It proves itself by its own signature. Whose key that is, a phone at a polling station knows from paper;
    // here it comes from the very site that also sent this page: the trust is in that site's address, no more.
    // Asked for with each check (answered 304 while it is the same): a key may be new since the last one.
    const answer = await ask("/scan/trust-bundle", { cache: "no-cache" }, BUNDLE_MS, stop);
    const { bundle } = await openBundle(await answer.text(), { heldVersion: held === null ? 0 : held.version });
    held = bundle;
  } catch {
    // Said by whoever shows the answer: it carries the time of the bundle that was used.
  }
}

/** The service's word on a letter, or null where none came that can be understood. */
async function stateOf(question, stop) {
  try {
    const sent = { method: "POST", headers: { "Content-Type": "application/json" }, cache: "no-store" };
    const answer = await ask("/api/v1/letter-states", { ...sent, body: JSON.stringify(question) }, STATE_MS, stop);
    const told = await answer.json();
    return STATES.has(told.status) && !Number.isNaN(Date.parse(told.checked_at)) ? told : null;
  } catch {
    return null;
  }
}

/** A good answer to a request, or an error: none in time, none at all, or not a good one. */
async function ask(path, options, most, stop) {
  const late = new AbortController();
  const give = () => late.abort();
  const timer = setTimeout(give, most);
  stop.addEventListener("abort", give);
  try {
    const answer = await fetch(path, { ...options, credentials: "omit", redirect: "error", signal: late.signal });
    if (!answer.ok) throw new Error(String(answer.status));
    // Read whole before the timer is let go: a body may stop half-way.
    const body = await answer.text();
    return { text: () => body, json: () => JSON.parse(body) };
  } finally {
    clearTimeout(timer);
    stop.removeEventListener("abort", give);
  }
}

/** The same records; notes what was looked up, which happens only to a seal of a known key. */
function noting(question, records) {
  return {
    find: (seal, print) => {
      question.asked = { list: seal.facts.statusList, index: seal.facts.statusIndex, fingerprint: print };
      return records.find(seal, print);
    },
  };
}

/** The service's word, and beside it what the published list knows of a position that the service says little of. */
function besides(told, bundle) {
  const online = onlineRecords(told);
  const lists = bundleRecords(bundle);
  return {
    find: async (seal, print) => {
      const listed = await lists.find(seal, print);
      const isGivenOut = typeof listed !== "string";
      // Unknown with this fingerprint, and yet a letter was issued there: other facts under its identity.
      if (told.status === "unknown" && isGivenOut) return "fingerprint_differs";
      // Lost by a restore: the list's word counts only against it, for nobody can compare the facts any more.
      const isAgainst = isGivenOut ? listed.state !== null : listed === "not_issued";
      if (told.status === "undecided" && isAgainst) return listed;
      return online.find(seal, print);
    },
  };
}
