// Whether the phone's clock can be right, and how far it is from the service's. Sets no clock and asks nobody.
// A time mark is the latest moment that is known to have been: the phone's clock cannot rightly be before it.
import { answerOf } from "./store.js";

/** Seconds by which a clock may be off before anyone is told; the service allows a device's proof as much. */
export const TOLERANCE = 300;
const NOTHING = { offset: null, phone: 0, server: 0, bundle: 0, event: 0 };

/** Epoch seconds of a Date, or of milliseconds. */
export function secondsOf(now) {
  return Math.floor(Number(now) / 1000);
}

/** The clock after an answer of the service: its own time, and the phone's at that moment. */
export function heardServer(clock, server, phone) {
  const { bundle, event } = clock ?? NOTHING;
  // An event from after the service's own now was made by a clock that ran ahead: it proves no time.
  return { offset: server - phone, phone, server, bundle, event: event > server ? 0 : event };
}

/** The clock after a trust bundle that was made at that time. */
export function heardBundle(clock, issuedAt) {
  return { ...(clock ?? NOTHING), bundle: issuedAt };
}

/** The clock after an event of that time. */
export function marked(clock, at) {
  const known = clock ?? NOTHING;
  return { ...known, event: Math.max(known.event, at) };
}

/**
 * What is wrong with the phone's clock at `now`, as far as can be known.
 * @returns {{code: "clock_behind"|"clock_ahead", seconds: number}|null}
 */
export function judged(clock, now) {
  const known = clock ?? NOTHING;
  const seconds = secondsOf(now);
  const mark = Math.max(known.server, known.bundle, known.event);
  if (seconds < mark - TOLERANCE) return { code: "clock_behind", seconds: mark - seconds };
  const offset = offsetAt(known, now);
  if (Math.abs(offset) <= TOLERANCE) return null;
  return { code: offset > 0 ? "clock_behind" : "clock_ahead", seconds: Math.abs(offset) };
}

/** Seconds to add to the phone's clock for the service's; 0 while unknown. */
export function offsetAt(clock, now) {
  if (!clock || clock.offset === null) return 0;
  // Set back since it was measured: what was measured then says nothing any more.
  return secondsOf(now) < clock.phone - TOLERANCE ? 0 : clock.offset;
}

/** What is wrong with the phone's clock, by all that the store knows. */
export async function clockLooksWrong(store, now) {
  return judged(await store.get("clock"), now);
}

/** Change the kept clock inside a transaction over `kept`. */
export async function keepClock(kept, change) {
  await answerOf(kept.put(change(await answerOf(kept.get("clock"))), "clock"));
}
