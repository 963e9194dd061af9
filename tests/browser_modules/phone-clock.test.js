// Whether the phone's clock can be right, by what it has heard and done.
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  heardBundle, heardServer, judged, marked, offsetAt, secondsOf, TOLERANCE,
} from "../../suket_service/web/static/scan/clock.js";

const NOON = 1800000000;
const at = (seconds) => new Date(seconds * 1000);

test("a phone that has heard nothing is not called wrong", () => {
  assert.equal(judged(undefined, at(0)), null);
  assert.equal(offsetAt(undefined, at(NOON)), 0);
});

test("time that goes on is not called wrong", () => {
  const clock = marked(heardBundle(heardServer(undefined, NOON, NOON), NOON - 60), NOON + 30);
  assert.equal(judged(clock, at(NOON + 86400 * 7)), null);
});

for (const [name, clock] of [
  ["the service's answer", heardServer(undefined, NOON, NOON)],
  ["the bundle's making", heardBundle(undefined, NOON)],
  ["the last event", marked(undefined, NOON)],
]) {
  test(`a clock before ${name} is behind, from five minutes on`, () => {
    assert.equal(judged(clock, at(NOON - TOLERANCE)), null);
    assert.deepEqual(judged(clock, at(NOON - TOLERANCE - 1)), { code: "clock_behind", seconds: TOLERANCE + 1 });
  });
}

test("a clock that the service found slow is behind", () => {
  const clock = heardServer(undefined, NOON, NOON - 3600);
  assert.deepEqual(judged(clock, at(NOON + 10)), { code: "clock_behind", seconds: 3600 });
  assert.equal(offsetAt(clock, at(NOON)), 3600);
});

test("a clock that the service found fast is ahead", () => {
  const clock = heardServer(undefined, NOON, NOON + 3600);
  assert.deepEqual(judged(clock, at(NOON + 3700)), { code: "clock_ahead", seconds: 3600 });
});

test("a fast clock that was set back is right at once, without asking anybody", () => {
  const clock = heardServer(undefined, NOON, NOON + 3600);
  assert.equal(judged(clock, at(NOON + 100)), null);
  assert.equal(offsetAt(clock, at(NOON + 100)), 0);
});

test("a clock that was put right is right again when the service has been asked", () => {
  const wrong = heardServer(undefined, NOON, NOON - 3600);
  assert.equal(judged(heardServer(wrong, NOON + 60, NOON + 60), at(NOON + 61)), null);
});

test("an event of a clock that ran ahead does not call the right clock wrong", () => {
  const fast = marked(undefined, NOON + 86400);
  assert.equal(judged(fast, at(NOON)).code, "clock_behind");
  assert.equal(judged(heardServer(fast, NOON, NOON), at(NOON)), null);
});

test("an earlier event takes nothing back", () => {
  assert.equal(marked(marked(undefined, NOON), NOON - 50).event, NOON);
});

test("a service whose own clock was wrong once is believed again when it is right", () => {
  const future = heardServer(undefined, NOON + 86400 * 365, NOON);
  assert.equal(judged(heardServer(future, NOON, NOON), at(NOON)), null);
});

test("moments are whole seconds", () => {
  assert.equal(secondsOf(new Date(1999)), 1);
  assert.equal(secondsOf(1999), 1);
});
