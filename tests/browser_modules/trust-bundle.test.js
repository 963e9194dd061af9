// The trust bundle: what was signed comes back, and nothing else is believed.
import assert from "node:assert/strict";
import { test } from "node:test";
import { deflateSync } from "node:zlib";
import { toBase64url } from "../../suket_service/web/static/scan/bytes.js";
import { openBundle } from "../../suket_service/web/static/scan/trust-bundle.js";
import { answerOf } from "./bundles.js";
import { Publisher, vectors } from "./vectors.js";

const { cases: CASES } = vectors("bundles.json");
const GOOD = CASES.find((each) => each.title === "one signature, its key pinned");
const TWO = CASES.find((each) => each.title === "two signatures, the old key pinned");

test("every bundle of the file opens as it should, or not", async (t) => {
  for (const each of CASES) {
    await t.test(each.title, async () => {
      const holder = { pins: each.pins, heldVersion: each.held_version };
      assert.deepEqual(await answerOf(each.token, holder), each.expect);
    });
  }
});

const byMember = (name) => (value) => value[name];

test("every member of a bundle has a case that opens and one that does not", () => {
  const opened = CASES.filter((each) => each.expect.bundle);
  for (const member of Object.keys(GOOD.expect.bundle)) {
    const told = new Set(opened.map((each) => JSON.stringify(byMember(member)(each.expect.bundle))));
    if (member !== "environment" && member !== "issued_at" && member !== "version") assert.ok(told.size > 1, member);
  }
});

test("whatever character of two signatures is another, nothing opens", async () => {
  const { token, pins } = TWO;
  for (let at = 0; at < token.length; at += 11) {
    const altered = token.slice(0, at) + (token[at] === "A" ? "B" : "A") + token.slice(at + 1);
    await assert.rejects(openBundle(altered, { pins }), undefined, String(at));
  }
});

test("whatever character of a payload is another, nothing opens", async () => {
  const { token, pins } = GOOD;
  for (let at = 0; at < token.length; at += 11) {
    if (token[at] === ".") continue;
    const altered = token.slice(0, at) + (token[at] === "A" ? "B" : "A") + token.slice(at + 1);
    await assert.rejects(openBundle(altered, { pins }), undefined, String(at));
  }
});

test("what is no text is no bundle", async () => {
  for (const nothing of [null, undefined, 7, {}, [], new Uint8Array(3)]) {
    await assert.rejects(openBundle(nothing, { pins: ["x"] }), { code: "not_a_publication" });
  }
});

test("without a holder's word nothing is pinned and any version is new", async () => {
  assert.equal((await openBundle(GOOD.token)).bundle.version, GOOD.expect.bundle.version);
});

test("a version held that is no number refuses every bundle", async () => {
  for (const heldVersion of [NaN, "new", {}]) {
    await assert.rejects(openBundle(GOOD.token, { pins: GOOD.pins, heldVersion }), { code: "bundle_older" });
  }
});

// Bundles made here, for they are too large for a file or written otherwise than the service writes.

const publisher = await Publisher.make();
const PINNED = { pins: [publisher.kid] };
const payload = JSON.parse(Buffer.from(GOOD.token.split(".")[1], "base64url").toString());
const [SEALER] = payload.keys;
const base = (changes = {}) => ({ ...payload, keys: [SEALER, publisher.jwk], ...changes });
const [LIST] = payload.lists;
const zeros = (megabytes, more = 0) => ({
  bits: 2,
  lst: toBase64url(deflateSync(Buffer.alloc(megabytes * 1024 * 1024 + more), { level: 9 })),
});

test("lists that together unpack beyond the cap are refused", async () => {
  const status_list = zeros(4);
  const lists = Array.from({ length: 64 }, (_, at) => ({ ...LIST, list: at + 1, status_list }));
  assert.equal((await openBundle(await publisher.publish(base({ lists })), PINNED)).bundle.lists.size, 64);
  lists.push({ ...LIST, list: 65 });
  const refused = { code: "bundle_unreadable", detail: "status_list_unreadable" };
  await assert.rejects(openBundle(await publisher.publish(base({ lists })), PINNED), refused);
});

test("a large bundle opens too", async () => {
  const fingerprints = Array.from({ length: 10000 }, (_, at) => [at, at.toString(16).padStart(16, "0")]);
  const extensions = Array.from({ length: 10000 }, (_, at) => [1, at, "2027-08-21"]);
  const token = await publisher.publish(base({ extensions, lists: [{ ...LIST, fingerprints }] }));
  const { bundle } = await openBundle(token, PINNED);
  assert.deepEqual([bundle.extensions.size, bundle.lists.get(1).fingerprints.size], [10000, 10000]);
  assert.equal(bundle.lists.get(1).fingerprints.get(9999), "000000000000270f");
});

test("what the service never writes is not read, though it could be understood", async (t) => {
  const others = {
    "a version in a text": { version: "1795323600" },
    "a version with a fraction": { version: 1795323600.5 },
    "a version beyond exact numbers": { version: 2 ** 53 },
    "hosts in one text": { hosts: "suket.example.go.id" },
    "an environment that is a number": { environment: 7 },
    "an index in a text": { lists: [{ ...LIST, fingerprints: [["0", "00ff00ff00ff00ff"]] }] },
    "a fingerprint in capitals": { lists: [{ ...LIST, fingerprints: [[0, "00FF00FF00FF00FF"]] }] },
    "a day without dashes": { extensions: [[1, 2, "20270821"]] },
    "a day of a week": { extensions: [[1, 2, "2027-W33-6"]] },
    "a key's lists in texts": { keys: [{ ...SEALER, lists: ["1"] }, publisher.jwk] },
    "a key's village in a number": { keys: [{ ...SEALER, villages: [2172] }, publisher.jwk] },
    "a key's environment in a number": { keys: [{ ...SEALER, environment: 7 }, publisher.jwk] },
    "a padded coordinate": { keys: [{ ...SEALER, x: `${SEALER.x}=` }, publisher.jwk] },
    "an office whose code is a number": { offices: [...payload.offices, { ...payload.offices[0], code: 7 }] },
  };
  for (const [title, changes] of Object.entries(others)) {
    await t.test(title, async () => {
      const token = await publisher.publish(base(changes));
      await assert.rejects(openBundle(token, PINNED), { code: "bundle_unreadable" });
    });
  }
});

test("a member named like one of every object's is only a member", async () => {
  const bytes = Buffer.from(JSON.stringify(base()).replace("{", '{"__proto__":{"elections":[7]},'));
  assert.deepEqual((await openBundle(await publisher.publish(new Uint8Array(bytes)), PINNED)).bundle.elections, []);
});
