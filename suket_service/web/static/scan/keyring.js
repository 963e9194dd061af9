// Public keys and what each may sign. Signs nothing and trusts no one: a pinned thumbprint does that.
//
// Mirrors core/keyring.py. The ring, never the message, says purpose and scope. A key is looked up
// by the id that the seal names; an id is a hint, the signature is the proof.
import { fromBase64url, join, sha256, toBase64url, toHex, toUtf8 } from "./bytes.js";
import { isDay } from "./calendar.js";

const KEY_ID_BYTES = 4;
const COORDINATE_BYTES = 32; // RFC 7518 section 6.2.1.2: full width for P-256
const PURPOSES = new Set(["seal", "publication"]);
// Standby is published before it signs, so that whoever holds an older bundle knows it already;
// retired signs no more but what it signed stays good; revoked was stolen.
const STATES = new Set(["standby", "active", "retired", "revoked"]);

/**
 * @typedef {object} Key
 * @property {string} kid the RFC 7638 thumbprint, base64url
 * @property {string} keyId its first 4 bytes, 8 hexadecimal digits: what a seal names its key by
 * @property {Uint8Array} x
 * @property {Uint8Array} y
 * @property {"seal"|"publication"} purpose
 * @property {"standby"|"active"|"retired"|"revoked"} state
 * @property {{environment: string, office: string|null, lists: Set<number>, villages: string[],
 *   signsFrom: string, signsUntil: string|null}} scope
 * @property {CryptoKey} publicKey
 */

/** A key that cannot be used: `key_unreadable`, or `key_id_taken` for two that share an id. */
export class KeyTrouble extends Error {
  /** @param {"key_unreadable"|"key_id_taken"} code */
  constructor(code) {
    super(code);
    this.name = "KeyTrouble";
    this.code = code;
  }
}

/** Keys by the id a seal names. */
export class KeyRing {
  /** @param {Iterable<Key>} keys */
  constructor(keys = []) {
    this.byId = new Map();
    for (const key of keys) {
      if (this.byId.has(key.keyId)) throw new KeyTrouble("key_id_taken");
      this.byId.set(key.keyId, key);
    }
  }

  /**
   * Read a key set (RFC 7517 section 5): a ring is whole or refused.
   * @param {{keys: object[]}} jwks
   * @returns {Promise<KeyRing>}
   */
  static async fromJwks(jwks) {
    return new KeyRing(await readKeys(jwks));
  }

  /**
   * The key of that id, whatever its purpose and state.
   * @param {string} keyId
   * @returns {Key|null}
   */
  find(keyId) {
    return this.byId.get(keyId) || null;
  }

  /**
   * The key of that whole thumbprint.
   * @param {string} kid
   * @returns {Key|null}
   */
  findKid(kid) {
    for (const key of this) if (key.kid === kid) return key;
    return null;
  }

  [Symbol.iterator]() {
    return this.byId.values();
  }
}

/**
 * The keys of a key set, each read by itself.
 * @returns {Promise<Key[]>}
 */
export async function readKeys(jwks) {
  if (!jwks || !Array.isArray(jwks.keys)) throw new KeyTrouble("key_unreadable");
  return Promise.all(jwks.keys.map(readKey));
}

/**
 * One JWK with our members for purpose, scope and state beside it.
 * @returns {Promise<Key>}
 */
async function readKey(jwk) {
  try {
    if (jwk.kty !== "EC" || jwk.crv !== "P-256") throw new TypeError("another kind of key");
    const [x, y] = [coordinate(jwk.x), coordinate(jwk.y)];
    const thumbprint = await sha256(toUtf8(requiredMembers(x, y)));
    const kid = toBase64url(thumbprint);
    if (jwk.kid !== kid || !PURPOSES.has(jwk.purpose) || !STATES.has(jwk.state)) throw new TypeError("not this key");
    return {
      kid,
      keyId: toHex(thumbprint.slice(0, KEY_ID_BYTES)),
      x,
      y,
      purpose: jwk.purpose,
      state: jwk.state,
      scope: readScope(jwk),
      publicKey: await importPoint(x, y),
    };
  } catch {
    throw new KeyTrouble("key_unreadable");
  }
}

function readScope(jwk) {
  const { environment, office, lists, villages, signs_from: signsFrom, signs_until: signsUntil } = jwk;
  const sound =
    typeof environment === "string" &&
    (office === null || typeof office === "string") &&
    Array.isArray(lists) &&
    lists.every(Number.isSafeInteger) &&
    Array.isArray(villages) &&
    villages.every((prefix) => typeof prefix === "string") &&
    isDay(signsFrom) &&
    (signsUntil === null || isDay(signsUntil));
  if (!sound) throw new TypeError("a scope of another shape");
  return { environment, office, lists: new Set(lists), villages, signsFrom, signsUntil };
}

function coordinate(text) {
  const raw = fromBase64url(text);
  if (raw.length !== COORDINATE_BYTES) throw new TypeError("a coordinate has 32 bytes");
  return raw;
}

// RFC 7638 section 3.2: the required members only, in this order, without white space.
function requiredMembers(x, y) {
  return JSON.stringify({ crv: "P-256", kty: "EC", x: toBase64url(x), y: toBase64url(y) });
}

/** A point off the curve is refused here, not in the middle of a check. */
function importPoint(x, y) {
  const point = join(Uint8Array.of(4), x, y); // SEC 1 section 2.3.3: uncompressed
  return crypto.subtle.importKey("raw", point, { name: "ECDSA", namedCurve: "P-256" }, true, ["verify"]);
}
