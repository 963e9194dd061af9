// On which moments the scanner's app stays as it is.
import assert from "node:assert/strict";
import { test } from "node:test";

import { isFrozen } from "../../suket_service/web/static/scan/updates.js";

const PAST = { opensAt: 1_000, closesAt: 2_000 };
const ELECTION = { opensAt: 100_000, closesAt: 130_000 };

for (const [seconds, frozen] of [
  [100_000 - 6 * 3600 - 1, false],
  [100_000 - 6 * 3600, true],
  [99_999, true],
  [110_000, true],
  [129_999, true],
  [130_000, false],
]) {
  test(`at ${seconds} of polls from 100000 to 130000 nothing changes: ${frozen}`, () => {
    const now = new Date(seconds * 1000);
    assert.equal(isFrozen([PAST, ELECTION], now), frozen);
    assert.equal(isFrozen([], now), false);
  });
}
