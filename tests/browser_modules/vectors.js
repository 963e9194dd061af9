// The files of tests/vectors, and what several tests need of them: the keys of the examples, bytes and signatures.
import { readFileSync } from "node:fs";
import { fromHex, toBase64url, toUtf8 } from "../../suket_service/web/static/scan/bytes.js";
import { KeyRing } from "../../suket_service/web/static/scan/keyring.js";

/** A file of tests/vectors. */
export function vectors(name) {
  return JSON.parse(readFileSync(new URL(`../vectors/${name}`, import.meta.url), "utf-8"));
}

export const OFFICE = { code: "2172", name: "Disdukcapil", utcOffsetMinutes: 420 };
const { key: EXAMPLE, kid: EXAMPLE_KID, cases } = vectors("seal_v1.json");

/** The JWK of the public example key of RFC 7515 A.3, in a scope that every good case lies in unless said. */
export function exampleJwk(changes = {}) {
  return {
    ...EXAMPLE,
    kid: EXAMPLE_KID,
    purpose: "seal",
    state: "active",
    environment: "production",
    office: OFFICE.code,
    lists: [...new Set(cases.filter((each) => each.facts).map((each) => each.facts.status_list))],
    villages: ["1", "2", "3", "4", "5", "6", "7", "8", "9"],
    signs_from: "1900-01-01",
    signs_until: null,
    ...changes,
  };
}

/** A desk that believes these keys and has the registry at hand. */
export async function onlineTrust(jwks, changes = {}) {
  return {
    environment: "production",
    hosts: ["suket.example.go.id"],
    keys: await KeyRing.fromJwks({ keys: jwks }),
    offices: new Map([[OFFICE.code, OFFICE]]),
    windows: [],
    dataAsOf: new Date("2026-11-22T05:00:00Z"),
    issuedAt: null,
    staleAfter: null,
    ...changes,
  };
}

/** Facts as the vectors write them. */
export function asVector(facts) {
  return {
    status_list: facts.statusList,
    status_index: facts.statusIndex,
    nik: facts.nik,
    birth_date: facts.birthDate,
    issued_on: facts.issuedOn,
    valid_until: facts.validUntil,
    kind: facts.kind,
    sex: facts.sex,
    village: facts.village,
    rt: facts.rt,
    rw: facts.rw,
    portrait: Buffer.from(facts.portrait).toString("hex"),
    name: facts.name,
  };
}

/** Someone who signs publications: a fresh key with its JWK. */
export class Publisher {
  static async make(changes = {}) {
    const made = new Publisher();
    made.pair = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, true, ["sign", "verify"]);
    const { crv, kty, x, y } = await crypto.subtle.exportKey("jwk", made.pair.publicKey);
    const members = JSON.stringify({ crv, kty, x, y });
    made.kid = toBase64url(new Uint8Array(await crypto.subtle.digest("SHA-256", toUtf8(members))));
    made.jwk = {
      ...{ kty, crv, x, y, alg: "ES256", use: "sig", kid: made.kid },
      ...{ purpose: "publication", state: "active", environment: "production", office: null },
      ...{ lists: [], villages: [], signs_from: "2018-01-01", signs_until: null, ...changes },
    };
    return made;
  }

  /** Payload: an object, or bytes as they are. */
  async publish(payload, header = {}) {
    const all = { alg: "ES256", typ: "suket-trust-bundle+jws", kid: this.kid, ...header };
    const bytes = payload instanceof Uint8Array ? payload : toUtf8(JSON.stringify(payload));
    const signed = `${toBase64url(toUtf8(JSON.stringify(all)))}.${toBase64url(bytes)}`;
    const es256 = { name: "ECDSA", hash: "SHA-256" };
    const signature = await crypto.subtle.sign(es256, this.pair.privateKey, toUtf8(signed));
    return `${signed}.${toBase64url(new Uint8Array(signature))}`;
  }
}

/** What `fromHex` reads, for tests that hold bytes as hexadecimal. */
export const unhex = fromHex;
