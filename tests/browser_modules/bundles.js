// What a holder made of a bundle, as the vectors tell it.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { openBundle } from "../../suket_service/web/static/scan/trust-bundle.js";

const CODES = ["bundle_untrusted", "bundle_older", "bundle_unreadable"];

/** The error's code in the service's own words; or who signed, whom the bundle introduces, and all it says. */
export async function answerOf(token, holder) {
  let opened;
  try {
    opened = await openBundle(token, holder);
  } catch (error) {
    if (error.name !== "PublicationError") {
      assert.equal(error.name, "BundleError");
      assert.ok(CODES.includes(error.code));
      assert.ok(error.code === error.detail || error.code === "bundle_unreadable");
    }
    return { error: error.detail ?? error.code };
  }
  return { signer: opened.signer.kid, introduced: opened.introduced, bundle: asVector(opened.bundle) };
}

/** A bundle as the vectors tell it. */
function asVector(bundle) {
  return {
    environment: bundle.environment,
    registry: bundle.registry,
    hosts: bundle.hosts,
    version: bundle.version,
    issued_at: bundle.issuedAt,
    as_of: bundle.asOf,
    stale_after: bundle.staleAfter,
    keys: [...bundle.keys].map(keyAsVector),
    offices: [...bundle.offices.values()].map(({ code, name, utcOffsetMinutes }) => {
      return { code, name, utc_offset_minutes: utcOffsetMinutes };
    }),
    kinds: [...bundle.kinds.values()],
    lists: [...bundle.lists.values()].map(listAsVector),
    extensions: [...bundle.extensions].map(([place, until]) => [...place.split("/").map(Number), until]),
    windows: bundle.windows.map(({ office, kind, opensOn, closesOn }) => {
      return { office, kind, opens_on: opensOn, closes_on: closesOn };
    }),
    checkpoint: bundle.checkpoint,
    elections: bundle.elections.map(({ id, office, name, opensAt, closesAt, issuingClosesAt }) => {
      return { id, office, name, opens_at: opensAt, closes_at: closesAt, issuing_closes_at: issuingClosesAt };
    }),
    stations: bundle.stations,
    villages: [...bundle.villages],
  };
}

function keyAsVector(key) {
  assert.equal(key.keyId, Buffer.from(key.kid, "base64url").subarray(0, 4).toString("hex"));
  const { kid, purpose, state, scope } = key;
  const { environment, office, villages, signsFrom, signsUntil } = scope;
  const lists = [...scope.lists].sort((one, other) => one - other);
  return { kid, purpose, state, environment, office, lists, villages, signs_from: signsFrom, signs_until: signsUntil };
}

function listAsVector({ number, office, nextIndex, statuses, fingerprints, gap }) {
  return {
    list: number,
    office,
    next_index: nextIndex,
    entries: statuses.length,
    sha256: createHash("sha256").update(statuses.raw).digest("hex"),
    fingerprints: [...fingerprints],
    gap: gap === null ? null : [gap.first, gap.last],
  };
}
