// Whom a phone believes, and through whom.
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  kidsOf, pinnedByPaper, pinnedByVisit, rootOf, withIntroduced,
} from "../../suket_service/web/static/scan/pins.js";

const [OLD, NEXT, AFTER, OTHER] = ["old", "next", "after", "other"];

test("a first visit pins its signer and says so", () => {
  assert.equal(rootOf(pinnedByVisit(OLD), OLD), "first-visit");
});

test("a key that a pinned one introduced is believed as that one is", () => {
  for (const [pins, root] of [[pinnedByVisit(OLD), "first-visit"], [pinnedByPaper([], OLD), "paper"]]) {
    const chain = withIntroduced(withIntroduced(pins, OLD, [NEXT]), NEXT, [AFTER]);
    assert.deepEqual(kidsOf(chain), [OLD, NEXT, AFTER]);
    assert.equal(rootOf(chain, AFTER), root);
  }
});

test("a key introduced twice is pinned once", () => {
  const once = withIntroduced(pinnedByVisit(OLD), OLD, [NEXT]);
  assert.deepEqual(withIntroduced(once, OLD, [NEXT, OLD]), once);
});

test("paper takes the place of the first visit and of whom that introduced", () => {
  const visited = withIntroduced(pinnedByVisit(OLD), OLD, [NEXT]);
  assert.deepEqual(kidsOf(pinnedByPaper(visited, OTHER)), [OTHER]);
});

test("paper that names the key of the first visit keeps whom it introduced", () => {
  const chain = withIntroduced(withIntroduced(pinnedByVisit(OLD), OLD, [NEXT]), NEXT, [AFTER]);
  const pins = pinnedByPaper(chain, OLD);
  assert.deepEqual(kidsOf(pins), [OLD, NEXT, AFTER]);
  assert.equal(rootOf(pins, AFTER), "paper");
});

test("a sheet that names the introduced key ends belief in the old one", () => {
  const chain = withIntroduced(pinnedByPaper([], OLD), OLD, [NEXT]);
  const pins = pinnedByPaper(chain, NEXT);
  assert.deepEqual(kidsOf(pins), [NEXT]);
  assert.equal(rootOf(pins, OLD), null);
});

test("a circle of introductions has no root and no end", () => {
  const circle = [{ kid: OLD, by: "introduced", from: NEXT }, { kid: NEXT, by: "introduced", from: OLD }];
  assert.equal(rootOf(circle, OLD), null);
  assert.deepEqual(kidsOf(pinnedByPaper(circle, OLD)), [OLD, NEXT]);
});
