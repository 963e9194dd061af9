// A phone on a line that barely lives: what it says at once, what it says later, and in which order.
import { readFileSync } from "node:fs";
import { check, registryWord, takesOver } from "../../suket_service/web/static/scan/checking.js";
import { openBundle } from "../../suket_service/web/static/scan/trust-bundle.js";
import { onlineRecords, onlineTrustOf, verify } from "../../suket_service/web/static/scan/verifier.js";

const given = JSON.parse(readFileSync(process.argv[2], "utf8"));
const straight = globalThis.fetch;
globalThis.fetch = (path, options) => straight(`${given.origin}${path}`, options);

const held = await openBundle(given.bundle, { pins: given.pins });
const store = { transact: async () => undefined }; // the service's clock need not be kept here
const app = { held, device: null, store, conflicts: [] };
const order = [];

/** One letter: the phone's own word, and the registry's, which is asked for at the same moment. */
async function scan(name, text) {
  const word = registryWord(text, app, false).then((heard) => {
    order.push(`${name}: registry`);
    return heard;
  });
  const { verdict } = await check(text, app, new Date());
  order.push(`${name}: phone`);
  const heard = await word;
  const over = heard !== null && takesOver(verdict, heard);
  return { phone: verdict.outcome, registry: heard?.outcome ?? null, shown: (over ? heard : verdict).outcome };
}

const scans = {};
await Promise.all(Object.entries(given.texts).map(async ([name, text]) => (scans[name] = await scan(name, text))));

// A word that was on its way when the bundle was not yet made: it may not turn red into green.
const { verdict: red } = await check(given.revoked, app, new Date());
const old = new Date(held.bundle.asOf * 1000 - 3600_000);
const issued = { status: "issued", extended_to: null, checked_at: old.toISOString() };
const late = await verify(given.revoked, onlineTrustOf(held.bundle, old), onlineRecords(issued), old);
const overtaken = { shown: red.outcome, late: late.outcome, takesOver: takesOver(red, late) };

// The control: a question without a limit on patience.
let hangs = null;
if (given.control) {
  const asked = straight(`${given.origin}/healthz`).then(() => false);
  hangs = await Promise.race([asked, new Promise((done) => setTimeout(() => done(true), given.control))]);
}
process.stdout.write(JSON.stringify({ order, scans, overtaken, hangs }));
process.exit(0);
