// Events as a set that only grows: in whatever order sets meet, and however often, the same set comes of it.
import assert from "node:assert/strict";
import { test } from "node:test";
import { fuller, inForce, merge, sentForm } from "../../suket_service/web/static/scan/presentations.js";

const ROUNDS = 300;
const RESULTS = [null, "refused", "unproven", "known", "stored"];

/** Numbers that look random and are the same in every run (mulberry32). */
function random(seed) {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

function anEvent(changes = {}) {
  const event = {
    id: "0a".repeat(16),
    seq: 1,
    kind: "shown",
    at: 1800000000,
    list: 1,
    index: 7,
    proof: "ab".repeat(32),
    outcome: "valid",
    bundle_version: 1799999999,
    undoes: null,
    device: "d1".repeat(16),
    station: 4,
    election: 1,
    waiting: 4,
    answer: null,
  };
  return { ...event, ...changes };
}

/** Events out of few ids, so that sets overlap, each in one of the states in which phones may hold it. */
function someEvents(pick) {
  return Array.from({ length: pick(12) }, () => {
    const number = pick(8);
    const undoes = number > 5 ? String(number - 5).repeat(32) : null;
    const result = RESULTS[pick(RESULTS.length)];
    return anEvent({
      id: String(number).repeat(32),
      seq: number,
      at: 1800000000 + (number % 3),
      kind: undoes ? "undone" : "shown",
      undoes,
      answer: result && { result, code: null, at: 1800000100 + pick(3) },
    });
  });
}

test("merging is commutative, associative and idempotent", () => {
  for (let round = 0; round < ROUNDS; round += 1) {
    const pick = random(round);
    const [a, b, c] = [someEvents(pick), someEvents(pick), someEvents(pick)];
    assert.deepEqual(merge(a, b), merge(b, a), `round ${round}`);
    assert.deepEqual(merge(merge(a, b), c), merge(a, merge(b, c)), `round ${round}`);
    const once = merge(a, b);
    assert.deepEqual(merge(once, once), once, `round ${round}`);
    assert.deepEqual(merge(once, a), once, `round ${round}`);
  }
});

test("merging loses no event and makes none", () => {
  for (let round = 0; round < ROUNDS; round += 1) {
    const pick = random(round);
    const [a, b] = [someEvents(pick), someEvents(pick)];
    const wanted = [...new Set([...a, ...b].map((each) => each.id))].sort();
    assert.deepEqual(merge(a, b).map((each) => each.id).sort(), wanted);
  }
});

test("which letters are in force does not depend on the order in which events are heard of", () => {
  for (let round = 0; round < ROUNDS; round += 1) {
    const pick = random(round);
    const events = someEvents(pick);
    const ids = (list) => [...new Set(inForce(list).map((each) => each.id))].sort();
    assert.deepEqual(ids([...events].reverse()), ids(events));
    assert.deepEqual(ids(merge(events, events)), ids(events));
  }
});

test("an event that was answered is never unanswered again", () => {
  const waiting = anEvent();
  const stored = anEvent({ answer: { result: "stored", code: null, at: 1800000100 } });
  assert.equal(fuller(waiting, stored), stored);
  assert.equal(fuller(stored, waiting), stored);
});

test("what the service has stored outweighs a refusal heard in another tab", () => {
  const refused = anEvent({ answer: { result: "refused", code: "field_invalid", at: 1800000200 } });
  const stored = anEvent({ answer: { result: "stored", code: null, at: 1800000100 } });
  assert.equal(fuller(refused, stored), stored);
});

test("an undone letter is not in force, whichever of the two comes first", () => {
  const shown = anEvent();
  const undone = anEvent({ id: "0b".repeat(16), kind: "undone", proof: null, outcome: "", undoes: shown.id });
  assert.deepEqual(inForce([shown, undone]), []);
  assert.deepEqual(inForce([undone, shown]), []);
  assert.deepEqual(inForce([undone]), []);
});

test("a letter shown again after it was undone is in force again", () => {
  const shown = anEvent();
  const undone = anEvent({ id: "0b".repeat(16), kind: "undone", undoes: shown.id });
  const again = anEvent({ id: "0c".repeat(16), seq: 3 });
  assert.deepEqual(inForce([shown, undone, again]), [again]);
});

test("what is sent of an event holds nothing that is this phone's own", () => {
  const names = ["id", "seq", "kind", "at", "list", "index", "proof", "outcome", "bundle_version", "undoes"];
  assert.deepEqual(Object.keys(sentForm(anEvent())), names);
});
