// The outcome table, row by row, out of the file that the service's verifier reads too.
import assert from "node:assert/strict";
import { test } from "node:test";
import { asVector } from "./vectors.js";
import { FILE, sealOf, verdictOf } from "./world.js";

test("a case has exactly its outcome", async (t) => {
  for (const each of FILE.cases) {
    await t.test(each.title, async () => {
      const verdict = await verdictOf(each);
      const { outcome, reasons, cautions, notes, tone, genuine } = verdict;
      assert.deepEqual({ outcome, reasons, cautions, notes, tone, genuine }, each.expect);
      assert.deepEqual(verdict.advisories, [...cautions, ...notes]);
      if (genuine) assertToldWhole(verdict, each);
      else assertNothingTold(verdict);
    });
  }
});

function assertToldWhole(verdict, each) {
  assert.deepEqual(asVector(verdict.seal.facts), FILE.seals[each.seal].facts);
  assert.equal(verdict.office, "2172");
  assert.equal(verdict.fingerprint.length, 32);
  const extended = verdict.notes.includes("extended");
  assert.equal(verdict.validUntil, extended ? "2027-08-19" : sealOf(each).facts.validUntil);
}

function assertNothingTold(verdict) {
  const { seal, fingerprint, office, validUntil } = verdict;
  assert.deepEqual({ seal, fingerprint, office, validUntil }, {
    ...{ seal: null, fingerprint: null, office: null, validUntil: null },
  });
  const told = JSON.stringify(verdict);
  for (const secret of ["2172031708950003", "SUHARTINI", "2172031001", "1995"]) assert.ok(!told.includes(secret));
}
