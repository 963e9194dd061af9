// The scanner's own decisions that need no page: what is typed or sent by a keyboard scanner, which word takes over,
// what a verdict sounds like.
import assert from "node:assert/strict";
import { test } from "node:test";

import { takesOver } from "../../suket_service/web/static/scan/checking.js";
import { createBurst } from "../../suket_service/web/static/scan/keyboard-scanner.js";
import { signalOf } from "../../suket_service/web/static/scan/signals.js";
import { readCode, readNumber, whyNoCode } from "../../suket_service/web/static/scan/typed.js";
import { OUTCOMES } from "../../suket_service/web/static/scan/verdict.js";
import { age, grouped, usedBefore } from "../../suket_service/web/static/scan/wording.js";

const DIGITS = "4".repeat(357);
const NOW = new Date("2026-11-22T12:30:00");

function typed(text, every) {
  const burst = createBurst();
  let told = null;
  [...text, "Enter"].forEach((key, place) => {
    told = burst.key(key, place * every);
  });
  return told;
}

test("a keyboard scanner's digits and link are taken whole", () => {
  assert.equal(typed(DIGITS, 15), DIGITS);
  assert.equal(typed(`https://suket.example/s#${DIGITS}`, 15), `https://suket.example/s#${DIGITS}`);
});

for (const [what, text] of [
  ["a letter number", "471.13/0001/SKP/2172/2026"],
  ["a NIK", "2172031708950003"],
  ["a check code", "GCGY-B2VG"],
]) {
  test(`${what}, however fast, is not taken for a scanner's`, () => assert.equal(typed(text, 5), null));
}

test("keys with a long pause between them are no burst", () => assert.equal(typed(DIGITS, 2000), null));

test("signs that look alike are one in a check code", () => {
  assert.equal(readCode("gcgy b2vg"), "GCGY-B2VG");
  assert.equal(readCode("olil-0123"), "0111-0123");
});

for (const typo of ["ABCU1234", "ABC-123", "2172031708950003", ""]) {
  test(`"${typo}" is no check code, and why is said`, () => {
    assert.equal(readCode(typo), null);
    assert.ok(whyNoCode(typo).length > 10);
  });
}

test("blanks and small letters of a letter number are put right", () => {
  assert.equal(readNumber(" 471.13/0001/skp /2172/2026"), "471.13/0001/SKP/2172/2026");
});

const word = (outcome, tone, minute) => ({ outcome, tone, dataAsOf: new Date(Date.UTC(2026, 10, 22, 5, minute)) });

for (const [what, shown, newer, takes] of [
  ["a newer red takes over from green", word("valid", "green", 0), word("revoked", "red", 1), true],
  ["a newer green takes over from amber", word("indeterminate", "amber", 0), word("valid", "green", 1), true],
  ["a red that says more takes over from red", word("revoked", "red", 0), word("superseded", "red", 1), true],
  ["an older word never takes over", word("valid", "green", 1), word("revoked", "red", 0), false],
  ["a red one is never turned green", word("revoked", "red", 0), word("valid", "green", 1), false],
  ["a red one is never turned amber", word("forged", "red", 0), word("expired", "amber", 1), false],
  ["unknown says nothing new of other facts", word("mismatch", "red", 0), word("unregistered", "red", 1), false],
]) {
  test(what, () => assert.equal(takesOver(shown, newer), takes));
}

test("every outcome has a melody and a beat of its own, and a warning another", () => {
  const signals = [...OUTCOMES.map((each) => signalOf(each)), signalOf("valid", true)];
  for (const part of ["melody", "beat"]) {
    assert.equal(new Set(signals.map((each) => JSON.stringify(each[part]))).size, OUTCOMES.length + 1);
  }
});

test("an earlier use is told with its time, and where when that is known", () => {
  const at = NOW.getTime() / 1000 - 600;
  assert.equal(usedBefore({ here: [], elsewhere: false, conflict: null }, NOW), null);
  assert.match(usedBefore({ here: [{ id: "a", at }], elsewhere: false, conflict: null }, NOW), /hari ini pukul 12\.20/);
  const elsewhere = [{ station: "004", village: "2172031001", village_name: "Dompak", at }];
  const told = usedBefore({ here: [], elsewhere: true, conflict: { elsewhere, same_person: false } }, NOW);
  assert.match(told, /TPS 004 Dompak pukul 12\.20/);
});

test("a NIK is read in fours, and an age in its coarsest unit", () => {
  assert.equal(grouped("2172031708950003"), "2172 0317 0895 0003");
  assert.equal(age(new Date(NOW - 90 * 60000), NOW), "90 menit lalu");
  assert.equal(age(new Date(NOW - 5 * 3600000), NOW), "5 jam lalu");
});
