// What of the store goes out in one exchange with the service, and what of the answer comes in. Asks no network.
import { secondsOf } from "./clock.js";
import { placeOf, waitingAt } from "./device.js";
import { fuller } from "./presentations.js";
import { answerOf } from "./store.js";
import { versionHeld } from "./trust-store.js";

/** Events in one request: the most that the service takes. */
const PORTION = 500;
const NOTHING_HEARD = { cursor: 0, conflicts: [] };

/** The oldest events of this device's station that wait. Another station's would prove nothing: they stay. */
export function nextPortion(store) {
  return store.transact(["kept", "events"], "readonly", async (at) => {
    const device = await answerOf(at("kept").get("device"));
    const heard = (await answerOf(at("kept").get("heard"))) ?? NOTHING_HEARD;
    if (!device) return { events: [], waiting: 0, after: 0, bundleVersion: null, device: null };
    const waiting = at("events").index("waiting");
    return {
      events: await answerOf(waiting.getAll(waitingAt(device), PORTION)),
      waiting: await answerOf(waiting.count(waitingAt(device))),
      after: heard.cursor,
      bundleVersion: await versionHeld(at("kept")),
      device: device.id,
      place: placeOf(device),
    };
  });
}

/** The answers, what was seen elsewhere and the cursor, in one transaction; how many events were answered. */
export function keepAnswer(store, portion, told, now) {
  return store.transact(["kept", "events", "seen"], "readwrite", async (at) => {
    const device = await answerOf(at("kept").get("device"));
    const taken = await keepAnswers(at("events"), portion, told.answers, now);
    if (device?.id !== portion.device) return taken; // another tab has moved on to another station
    // The service was restored and may have lost what it had taken: all of it once more, its word from the start.
    if (told.resend) await startOver(at, portion.place);
    // Thousands of them, so none is waited for: one that fails ends the transaction.
    for (const [list, index] of told.seen) at("seen").put({ list, index });
    for (const position of told.unseen) at("seen").delete(position);
    await answerOf(at("kept").put({ cursor: told.cursor, conflicts: told.conflicts, at: secondsOf(now) }, "heard"));
    return taken;
  });
}

async function keepAnswers(events, portion, answers, now) {
  const sent = new Set(portion.events.map((each) => each.id));
  let taken = 0;
  for (const { id, result, code } of answers) {
    const event = sent.has(id) ? await answerOf(events.get(id)) : undefined;
    if (event === undefined) continue;
    sent.delete(id);
    taken += 1;
    const answered = { ...event, answer: { result, code: code ?? null, at: secondsOf(now) } };
    // Sent by this device, also what a former one of this phone and station had left.
    const later = { ...fuller(event, answered), device: portion.device };
    delete later.waiting;
    await answerOf(events.put(later));
  }
  return taken;
}

/** The service has lost this device, and what it had sent: all of it waits again, for whatever device this becomes. */
export function sendAllAnew(store, place) {
  return store.transact(["kept", "events", "seen"], "readwrite", async (at) => {
    if ((await answerOf(at("kept").get("heard"))) === undefined) return; // done already
    await startOver(at, place);
    await answerOf(at("kept").delete("heard"));
  });
}

async function startOver(at, place) {
  await answerOf(at("seen").clear());
  for (const event of await answerOf(at("events").getAll())) {
    if (event.place === place) await answerOf(at("events").put({ ...event, waiting: place }));
  }
}
