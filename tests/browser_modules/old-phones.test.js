// Modules that pages load as they are run on a phone of early 2020 (Chrome 80): nothing newer is in them.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";

const STATIC = new URL("../../suket_service/web/static/", import.meta.url);
const NEWER = {
  "logical assignment (85)": /(\?\?|\|\||&&)=/,
  "replaceAll (85)": /\.replaceAll\(/,
  "Promise.any (85)": /Promise\.any\(|AggregateError/,
  "WeakRef (84)": /WeakRef|FinalizationRegistry/,
  "private members (84)": /\bthis\.#|^\s*(static\s+)?(async\s+)?#\w+\s*[(=;]/m,
  "replaceChildren (86)": /\.replaceChildren\(/,
  "top-level await (89)": /^(export\s+)?((const|let)\s.*=\s*)?await\s/m,
  "at() (92)": /\.at\(/,
  "randomUUID (92)": /\.randomUUID\(/,
  "Object.hasOwn (93)": /Object\.hasOwn\(/,
  "static blocks (94)": /\bstatic\s*\{/,
  "findLast (97)": /\.findLast(Index)?\(/,
  "structuredClone (98)": /\bstructuredClone\(/,
  "AbortSignal.timeout (103)": /AbortSignal\.(timeout|any)\(/,
  "changed copies of arrays (110)": /\.(toSorted|toReversed|toSpliced|with)\(/,
  "groupBy (117)": /\b(Object|Map)\.groupBy\(/,
  "Promise.withResolvers (119)": /Promise\.withResolvers\(/,
  "Uint8Array.fromBase64 (140)": /\.(fromBase64|toBase64|fromHex|toHex)\(/,
};

const withoutComments = (text) => text.replace(/\/\*[\s\S]*?\*\//g, "").replace(/(^|\s)\/\/.*$/gm, "$1");

for (const folder of ["scan/", "check/"]) {
  for (const name of readdirSync(new URL(folder, STATIC)).filter((each) => each.endsWith(".js"))) {
    test(`${folder}${name} needs no newer browser`, () => {
      const text = withoutComments(readFileSync(new URL(folder + name, STATIC), "utf-8"));
      const found = Object.keys(NEWER).filter((what) => NEWER[what].test(text));
      assert.deepEqual(found, []);
    });
  }
}

test("what is newer is noticed", () => {
  const lines = ["a ??= b;", "await import(x);", "const y = await z;", "  #hidden() {}", "list.at(-1);", "static {"];
  for (const line of lines) assert.ok(Object.values(NEWER).some((each) => each.test(line)), line);
});
