// Token Status List: the document's own examples, every size, and lists made to do harm.
import assert from "node:assert/strict";
import { test } from "node:test";
import { deflateRawSync, deflateSync, gzipSync } from "node:zlib";
import { fromBase64url, toBase64url, toHex } from "../../suket_service/web/static/scan/bytes.js";
import { MOST_UNPACKED_BYTES, readStatusList } from "../../suket_service/web/static/scan/status-list.js";
import { vectors } from "./vectors.js";

const RAW = Buffer.alloc(8, 0b11100100); // 0, 1, 2, 3, and again
const PACKED = deflateSync(RAW, { level: 9 });

const claim = (packed, bits = 2) => ({ bits, lst: toBase64url(packed) });

async function refused(given, most) {
  await assert.rejects(readStatusList(given, most), { name: "StatusListError", code: "status_list_unreadable" });
}

test("decoding an example of the document gives its statuses", async (t) => {
  for (const each of vectors("status_list.json").cases) {
    await t.test(each.title, async () => {
      const list = await readStatusList({ bits: each.bits, lst: each.lst });
      assert.equal(list.length, each.size);
      for (let index = 0; index < each.size; index += 1) {
        if (list.get(index) !== (each.statuses[index] ?? 0)) assert.fail(`entry ${index}`);
      }
      if (each.bytes) assert.equal(toHex(list.raw), each.bytes);
    });
  }
});

test("an index beyond the list has no status", async () => {
  const list = await readStatusList(claim(PACKED));
  assert.deepEqual([0, 1, 2, 3, 31].map((index) => list.get(index)), [0, 1, 2, 3, 3]);
  assert.deepEqual([-1, 32, 2 ** 24, 0.5, NaN, "0", null].map((index) => list.get(index)), Array(7).fill(null));
});

test("an empty list is a list", async () => {
  assert.equal((await readStatusList(claim(deflateSync(Buffer.alloc(0))))).length, 0);
});

test("a list cut short anywhere is refused", async () => {
  for (let cut = 0; cut < PACKED.length; cut += 1) await refused(claim(PACKED.subarray(0, cut)));
});

test("another stream is refused", async (t) => {
  const otherwise = Buffer.from(PACKED);
  otherwise[otherwise.length - 1] ^= 1;
  const streams = {
    "trailing byte": Buffer.concat([PACKED, Buffer.alloc(1)]),
    "many trailing bytes": Buffer.concat([PACKED, Buffer.alloc(20000)]),
    "two lists": Buffer.concat([PACKED, PACKED]),
    "wrong checksum": otherwise,
    "not compressed": RAW,
    "bare deflate": deflateRawSync(RAW),
    gzip: gzipSync(RAW),
  };
  for (const [title, stream] of Object.entries(streams)) await t.test(title, () => refused(claim(stream)));
});

test("the largest list that seals can name is read, and one byte more is refused", async () => {
  assert.equal((await readStatusList(claim(deflateSync(Buffer.alloc(MOST_UNPACKED_BYTES))))).length, 2 ** 24);
  await refused(claim(deflateSync(Buffer.alloc(MOST_UNPACKED_BYTES + 1))));
});

test("a smaller cap holds too, and no cap is beyond the format's", async () => {
  assert.equal((await readStatusList(claim(PACKED), 8)).length, 32);
  await refused(claim(PACKED), 7);
  await refused(claim(PACKED), 0);
  await refused(claim(deflateSync(Buffer.alloc(MOST_UNPACKED_BYTES + 1))), Infinity);
});

test("a bomb is refused without being unpacked whole", async () => {
  const bomb = deflateSync(Buffer.alloc(256 * 1024 * 1024), { level: 1 });
  const before = process.memoryUsage().rss;
  await refused(claim(bomb));
  const grown = (process.memoryUsage().rss - before) / 1024 / 1024;
  assert.ok(grown < 128, `${grown} MB`);
});

test("another shape of claim is refused", async (t) => {
  const lst = toBase64url(PACKED);
  const claims = [{}, { bits: 2 }, { lst }, [], null, undefined, "x", 7];
  for (const bits of [0, 3, 16, -2, true, "2", null, [2], 2.5]) claims.push({ bits, lst });
  for (const other of [null, 1, [], {}, "", "!", "eNo=b", "eN o", "eNrb\n", "é", "A", `${lst}=`, ` ${lst}`]) {
    claims.push({ bits: 2, lst: other });
  }
  for (const each of claims) await t.test(JSON.stringify(each) ?? "nothing", () => refused(each));
});

test("base64url has one spelling of every sequence of bytes", () => {
  for (const bytes of [[], [0], [255], [0, 16], [1, 2, 3], [0xfb, 0xff, 0xbf]]) {
    const text = toBase64url(Uint8Array.from(bytes));
    assert.deepEqual([...fromBase64url(text)], bytes);
  }
  for (const text of ["A", "AAAAA", "AB", "AAB", "A=", "AA==", "A A", "AA\n", "+/+/", "AÀ", null, 7, ["AA"]]) {
    assert.throws(() => fromBase64url(text), TypeError);
  }
});
