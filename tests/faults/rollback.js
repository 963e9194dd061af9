// A holder in the scanner's own modules: what it takes of what it is offered, and what it says of letters afterwards.
import { readFileSync } from "node:fs";
import { openBundle } from "../../suket_service/web/static/scan/trust-bundle.js";
import { bundleRecords, trustOf, verify } from "../../suket_service/web/static/scan/verifier.js";

const given = JSON.parse(readFileSync(process.argv[2], "utf8"));
const { pins } = given;
let held = (await openBundle(given.held, { pins })).bundle;
const taken = [];
for (const [name, token] of Object.entries(given.offered)) {
  try {
    held = (await openBundle(token, { pins, heldVersion: given.remembers ? held.version : 0 })).bundle;
    taken.push(name);
  } catch (error) {
    if (!["BundleError", "PublicationError"].includes(error.name)) throw error;
  }
}
const told = {};
for (const [moment, text] of Object.entries(given.moments)) {
  const at = new Date(text);
  for (const [which, seal] of Object.entries(given.texts)) {
    const verdict = await verify(seal, trustOf(held), bundleRecords(held), at);
    told[`${which}, ${moment}`] = [verdict.outcome, verdict.reasons, (at - verdict.dataAsOf) / 1000];
  }
}
process.stdout.write(JSON.stringify({ taken, told }));
