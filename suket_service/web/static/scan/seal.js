// The seal, version 1: the text of a symbol to the facts sealed in it. Checks no signature, stores nothing.
//
// Mirrors core/seal.py. Reading is strict: one seal has exactly one digit string, and what is
// outside the contract's ranges is refused, whoever may have signed it.
import { fromNumber, fromUtf8, sha256, toHex, toNumber } from "./bytes.js";

export const FORMAT = 0x01;
export const SIGNATURE_BYTES = 64; // ECDSA P-256, r and s of 32 bytes each
export const MOST_DIGITS = 480; // the largest seal, 193 bytes, has 463; checked before any conversion
export const FEWEST_DIGITS = 270; // of the smallest, 114 bytes beginning with 0x01, has 273

const UNTIL_CARD = 0xffff;
const FIXED_BYTES = 49; // everything before the name's text, its length byte included
const HIGHEST_NIK = 9999999999999999n;
const FIRST_VILLAGE = 1101010001;
const LAST_VILLAGE = 9999999999;
const MOST_RT_RW = 999;
const NAME_CHARACTERS = 60; // Permendagri 73/2022 Art. 4
const NAME_BYTES = 80;
const FIRST_DAY_MS = Date.UTC(1900, 0, 1);
const DAY_MS = 86400000;
const TEXT = /^(?:(https?:\/\/[a-z0-9.-]+(?::[0-9]{1,5})?)\/s#)?([0-9]+)$/;
// Letters and marks of Indonesian names: Latin-1 and Latin Extended-A letters without the two signs.
const NAME = /^[A-Za-z0-9 .,'\-/()\u00C0-\u00D6\u00D8-\u00F6\u00F8-\u017F]+$/;
const CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/**
 * @typedef {object} SealedFacts
 * @property {number} statusList with `statusIndex` the letter's identity
 * @property {number} statusIndex
 * @property {string} nik 16 digits
 * @property {string} birthDate YYYY-MM-DD, as every date
 * @property {string} issuedOn
 * @property {string|null} validUntil last valid day; null until the card is issued
 * @property {number} kind
 * @property {"M"|"F"} sex
 * @property {string} village 10 digits
 * @property {number} rt 0: none
 * @property {number} rw
 * @property {Uint8Array} portrait first 16 bytes of SHA-256 of the stored portrait; zeros: no portrait
 * @property {string} name
 *
 * @typedef {object} Seal
 * @property {SealedFacts} facts
 * @property {string} keyId 8 hexadecimal digits
 * @property {Uint8Array} body
 * @property {Uint8Array} signature
 * @property {Uint8Array} sealed body and signature
 */

/** What was read is no seal. `reason` is the reason code of steps 1 to 3; nothing of the text is in it. */
export class SealError extends Error {
  /** @param {string} reason */
  constructor(reason) {
    super(reason);
    this.name = "SealError";
    this.reason = reason;
  }
}

/**
 * Step 1: is this the text of a seal at all? `http://` links exist only in the demo environment.
 * @param {string} text
 * @param {boolean} [allowHttp]
 * @returns {{origin: string|null, digits: string}}
 */
export function readText(text, allowHttp = false) {
  const match = typeof text === "string" ? TEXT.exec(text) : null;
  if (match === null || match[2].length > MOST_DIGITS) throw new SealError("not_a_seal");
  const origin = match[1] === undefined ? null : match[1];
  if (origin !== null && origin.startsWith("http:") && !allowHttp) throw new SealError("not_a_seal");
  return { origin, digits: match[2] };
}

/**
 * Step 2: the bytes that these digits stand for. A leading zero: another string means the same bytes.
 * @param {string} digits
 * @returns {Uint8Array}
 */
export function readDigits(digits) {
  if (!/^[0-9]+$/.test(digits)) throw new SealError("not_a_seal");
  if (digits.startsWith("0")) throw new SealError("not_canonical");
  return fromNumber(BigInt(digits));
}

/**
 * Step 3: the facts and the signature.
 * @param {Uint8Array} sealed
 * @returns {Seal}
 */
export function parse(sealed) {
  if (sealed[0] !== FORMAT) throw new SealError("format_unknown");
  if (sealed.length < FIXED_BYTES + SIGNATURE_BYTES) throw new SealError("field_invalid");
  const body = sealed.slice(0, -SIGNATURE_BYTES);
  if (body.length !== FIXED_BYTES + body[FIXED_BYTES - 1]) throw new SealError("field_invalid");
  const facts = unpack(body);
  if (!inRange(facts)) throw new SealError("field_invalid");
  return { facts, keyId: toHex(body.slice(1, 5)), body, signature: sealed.slice(-SIGNATURE_BYTES), sealed };
}

/**
 * @param {Seal} seal
 * @returns {Promise<Uint8Array>} SHA-256 of body and signature, 32 bytes
 */
export function fingerprint(seal) {
  return sha256(seal.sealed);
}

/**
 * The code printed under the symbol: 40 bits of the fingerprint in Crockford Base32.
 * @param {Uint8Array} printOfSeal
 */
export function checkCode(printOfSeal) {
  const number = small(printOfSeal, 0, 5);
  let letters = "";
  for (let place = 7; place >= 0; place -= 1) letters += CROCKFORD[Math.floor(number / 32 ** place) % 32];
  return `${letters.slice(0, 4)}-${letters.slice(4)}`;
}

/** A whole number of at most six bytes: more would not be exact. */
function small(bytes, from, to) {
  let number = 0;
  for (let at = from; at < to; at += 1) number = number * 256 + bytes[at];
  return number;
}

/** @returns {SealedFacts} */
function unpack(body) {
  const until = small(body, 21, 23);
  const rtRw = small(body, 29, 32);
  return {
    statusList: small(body, 5, 7),
    statusIndex: small(body, 7, 10),
    nik: nikOf(body.slice(10, 17)),
    birthDate: dayOf(small(body, 17, 19)),
    issuedOn: dayOf(small(body, 19, 21)),
    validUntil: until === UNTIL_CARD ? null : dayOf(until),
    kind: body[23] >> 1,
    sex: body[23] & 1 ? "F" : "M",
    village: String(small(body, 24, 29)).padStart(10, "0"),
    rt: rtRw >> 12,
    rw: rtRw & 0xfff,
    portrait: body.slice(32, 48),
    name: nameOf(body.slice(FIXED_BYTES)),
  };
}

function nikOf(bytes) {
  const number = toNumber(bytes);
  if (number < 1n || number > HIGHEST_NIK) throw new SealError("field_invalid");
  return number.toString().padStart(16, "0");
}

function dayOf(days) {
  // 0xFFFF is a date only in valid-until, where it means something else.
  if (days === UNTIL_CARD) throw new SealError("field_invalid");
  return new Date(FIRST_DAY_MS + days * DAY_MS).toISOString().slice(0, 10);
}

function nameOf(bytes) {
  if (bytes.length > NAME_BYTES) throw new SealError("field_invalid");
  try {
    return fromUtf8(bytes);
  } catch {
    throw new SealError("field_invalid");
  }
}

function inRange(facts) {
  const village = Number(facts.village);
  return (
    facts.statusList >= 1 &&
    facts.kind >= 1 &&
    village >= FIRST_VILLAGE &&
    village <= LAST_VILLAGE &&
    facts.rt <= MOST_RT_RW &&
    facts.rw <= MOST_RT_RW &&
    facts.birthDate <= facts.issuedOn &&
    (facts.validUntil === null || facts.issuedOn <= facts.validUntil) &&
    isName(facts.name)
  );
}

function isName(name) {
  return (
    NAME.test(name) &&
    [...name].length <= NAME_CHARACTERS &&
    name.normalize("NFC") === name &&
    !name.startsWith(" ") &&
    !name.endsWith(" ") &&
    !name.includes("  ")
  );
}
