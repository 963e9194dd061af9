// The line to our own service: one question, one answer, within a time limit. Follows no redirect, sends no cookie and
// believes no `navigator.onLine`. Notes the service's clock from every answer.
import { heardServer, keepClock, secondsOf } from "./clock.js";

/** Milliseconds for a question; a bundle of a megabyte takes longer over a village's line. */
export const PATIENCE = 20000;
export const LONG_PATIENCE = 180000;
const WITHOUT_BODY = [101, 204, 205, 304];

/** There was no answer: no line, no service, or it took too long. */
export class LineError extends Error {
  constructor() {
    super("offline");
    this.name = "LineError";
    this.code = "offline";
  }
}

/**
 * Ask the service; the answer is wholly here when it is returned.
 * @param {string} path on this very site
 * @returns {Promise<Response>}
 */
export async function ask(store, path, { method = "GET", headers = {}, body = null, patience = PATIENCE } = {}) {
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), patience);
  const began = Date.now();
  let answer;
  let ended;
  let bytes;
  try {
    answer = await fetch(path, {
      method,
      headers,
      body,
      signal: stop.signal,
      cache: "no-store",
      credentials: "omit",
      redirect: "error", // a hotel's sign-in page is no answer of ours
      referrerPolicy: "no-referrer",
    });
    ended = Date.now();
    bytes = await answer.arrayBuffer();
  } catch {
    throw new LineError();
  } finally {
    clearTimeout(timer);
  }
  const server = Date.parse(answer.headers.get("Date") ?? "");
  // Where this cannot be kept the disk is full, and the line as good as before.
  if (!Number.isNaN(server)) await noteServer(store, server, (began + ended) / 2).catch(() => {});
  return new Response(WITHOUT_BODY.includes(answer.status) ? null : bytes, {
    status: answer.status,
    headers: answer.headers,
  });
}

/** The code of a problem answer (RFC 9457), or null. */
export async function problemCode(answer) {
  if (!(answer.headers.get("Content-Type") ?? "").startsWith("application/problem+json")) return null;
  try {
    const { code } = await answer.clone().json();
    return typeof code === "string" ? code : null;
  } catch {
    return null;
  }
}

function noteServer(store, server, phone) {
  const [theirs, ours] = [secondsOf(server), secondsOf(phone)];
  const heard = (clock) => heardServer(clock, theirs, ours);
  return store.transact(["kept"], "readwrite", (at) => keepClock(at("kept"), heard));
}
