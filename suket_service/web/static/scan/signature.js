// ES256: is this seal, or this publication, by that key? Knows no scope and chooses no key.
//
// Mirrors core/signing.py, without the half that signs.
import { fromBase64url, fromUtf8, join, toNumber, toUtf8 } from "./bytes.js";

const DOMAIN = toUtf8("suket-seal-v1\0");
const SIGNATURE_BYTES = 64;
const ES256 = { name: "ECDSA", hash: "SHA-256" };
// The order n of P-256 (FIPS 186-4 D.1.2.3). s above n/2 is a second form of a good signature.
const ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
const MOST_PUBLICATION_CHARACTERS = 16 * 1024 * 1024;
const MOST_HEADER_CHARACTERS = 512;
/** Signatures in one publication: at a change of keys two, of the old key and the next. */
const MOST_SIGNATURES = 4;
const HEADER_MEMBERS = new Set(["alg", "typ", "kid"]);

/** What was given is no publication that the key at hand signed. Nothing of it is in the error. */
export class PublicationError extends Error {
  constructor() {
    super("not_a_publication");
    this.name = "PublicationError";
    this.code = "not_a_publication";
  }
}

/**
 * Step 5: is this signature over this body by this key, in its one accepted form?
 * @param {import("./keyring.js").Key} key
 * @param {Uint8Array} body
 * @param {Uint8Array} signature
 * @returns {Promise<boolean>}
 */
export async function checkSeal(key, body, signature) {
  if (signature.length !== SIGNATURE_BYTES) return false;
  const [r, s] = [toNumber(signature.slice(0, 32)), toNumber(signature.slice(32))];
  if (!(r >= 1n && r < ORDER && s >= 1n && s <= ORDER / 2n)) return false;
  return holds(key, signature, join(DOMAIN, body));
}

/**
 * A JWS as one compact JWS a signature: a signature of the general JSON form is over the same bytes.
 *
 * Nothing is proven by this. Of the general form only our own way of writing it is taken, with no
 * other member and two to four signatures, so that no byte of it is without meaning.
 * @param {string} token
 * @returns {string[]}
 */
export function compactForms(token) {
  if (typeof token !== "string") throw new PublicationError();
  if (!token.startsWith("{")) return [token];
  if (token.length > MOST_PUBLICATION_CHARACTERS) throw new PublicationError();
  return orRefuse(() => {
    const { payload, signatures } = JSON.parse(token);
    const parts = signatures.map((each) => ({ protected: each.protected, signature: each.signature }));
    const ours =
      parts.length > 1 &&
      parts.length <= MOST_SIGNATURES &&
      parts.every((part) => [payload, part.protected, part.signature].every((each) => typeof each === "string")) &&
      parts.every((part) => fromBase64url(part.signature).length === SIGNATURE_BYTES) &&
      token === JSON.stringify({ payload, signatures: parts });
    if (!ours) throw new PublicationError();
    return parts.map((part) => `${part.protected}.${payload}.${part.signature}`);
  });
}

/**
 * Header and payload of a compact JWS, not yet proven: good for finding the key, for nothing else.
 * @param {string} form
 * @returns {{header: object, payload: Uint8Array}}
 */
export function unproven(form) {
  return orRefuse(() => {
    const parts = form.split(".");
    const sound =
      parts.length === 3 &&
      parts[0].length <= MOST_HEADER_CHARACTERS &&
      parts[1].length <= MOST_PUBLICATION_CHARACTERS;
    if (!sound) throw new PublicationError();
    const header = JSON.parse(fromUtf8(fromBase64url(parts[0])));
    if (!isPlain(header) || header.alg === undefined) throw new PublicationError();
    return { header, payload: fromBase64url(parts[1]) };
  });
}

/**
 * The payload of a compact JWS of type `typ` signed by the publication key `key`.
 * @param {string} form
 * @param {string} typ
 * @param {import("./keyring.js").Key} key
 * @returns {Promise<object>}
 */
export async function openPublication(form, typ, key) {
  const { header, payload } = unproven(form);
  const ours =
    key.purpose === "publication" &&
    header.alg === "ES256" &&
    header.typ === typ &&
    (header.kid === undefined || typeof header.kid === "string") &&
    Object.keys(header).every((member) => HEADER_MEMBERS.has(member));
  if (!ours) throw new PublicationError();
  const dot = form.lastIndexOf(".");
  const signature = orRefuse(() => fromBase64url(form.slice(dot + 1)));
  if (signature.length !== SIGNATURE_BYTES) throw new PublicationError();
  if (!(await holds(key, signature, toUtf8(form.slice(0, dot))))) throw new PublicationError();
  const opened = orRefuse(() => JSON.parse(fromUtf8(payload)));
  if (!isPlain(opened)) throw new PublicationError();
  return opened;
}

async function holds(key, signature, message) {
  return (await crypto.subtle.verify(ES256, key.publicKey, signature, message)) === true;
}

function isPlain(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function orRefuse(read) {
  try {
    return read();
  } catch {
    throw new PublicationError();
  }
}
