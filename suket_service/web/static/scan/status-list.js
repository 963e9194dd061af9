// Token Status List: a status per letter as a compressed array of bits. Fetches and stores nothing.
//
// Mirrors core/status_list.py. Source: draft-ietf-oauth-status-list-20 sections 4.1 and 4.2: least
// significant bits first, zlib.
import { fromBase64url, join } from "./bytes.js";

/** The most bytes a list may unpack to: the highest index of a seal, 24 bits, at 2 bits each. */
export const MOST_UNPACKED_BYTES = 4 * 1024 * 1024;
/** The size of our own entries. */
export const BITS = 2;
const SIZES = new Set([1, 2, 4, 8]);
// What the engine unpacks before it waits for its reader: a byte becomes at most 1,032, so a list
// made to do harm takes some 4 MB before the cap stops it.
const PORTION_BYTES = 4096;

/** What an entry says. 3 is ours to define (section 7.1): never given to a letter. */
export const Status = Object.freeze({ VALID: 0, INVALID: 1, SUSPENDED: 2, NOT_ISSUED: 3 });

/** `status_list_unreadable`, also when the list would unpack beyond the cap. */
export class StatusListError extends Error {
  constructor() {
    super("status_list_unreadable");
    this.name = "StatusListError";
    this.code = "status_list_unreadable";
  }
}

export class StatusList {
  /**
   * @param {number} bits an entry's size
   * @param {Uint8Array} raw `8 / bits` entries a byte
   */
  constructor(bits, raw) {
    this.bits = bits;
    this.raw = raw;
  }

  get length() {
    return (this.raw.length * 8) / this.bits;
  }

  /**
   * @param {number} index
   * @returns {number|null} the status there; null below 0 or beyond the list
   */
  get(index) {
    if (!Number.isInteger(index) || index < 0 || index >= this.length) return null;
    const perByte = 8 / this.bits;
    const shift = (index % perByte) * this.bits;
    return (this.raw[Math.floor(index / perByte)] >> shift) & ((1 << this.bits) - 1);
  }
}

/**
 * Read a `status_list` claim that unpacks to at most `most` bytes.
 * @param {{bits: number, lst: string}} claim
 * @param {number} [most]
 * @returns {Promise<StatusList>}
 */
export async function readStatusList(claim, most = MOST_UNPACKED_BYTES) {
  try {
    if (!SIZES.has(claim.bits)) throw new TypeError("bits");
    const packed = fromBase64url(claim.lst);
    const raw = await unpack(packed, Math.max(1, Math.min(most, MOST_UNPACKED_BYTES)));
    // Not every engine minds what follows a stream. Without its last byte a whole one must be cut short.
    if (await isWhole(packed.subarray(0, -1), raw.length)) throw new TypeError("followed by more");
    return new StatusList(claim.bits, raw);
  } catch {
    throw new StatusListError();
  }
}

async function isWhole(packed, most) {
  try {
    await unpack(packed, most);
    return true;
  } catch {
    return false;
  }
}

/** zlib (RFC 1950), by the engine's own means; never more than `most` bytes and a portion. */
async function unpack(packed, most) {
  const stream = new DecompressionStream("deflate");
  const reader = stream.readable.getReader();
  const fed = feed(stream.writable.getWriter(), packed);
  fed.catch(() => {}); // told by the reader, or by waiting for it below
  const parts = [];
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    length += value.length;
    if (length > most) {
      reader.cancel().catch(() => {});
      throw new RangeError("too large");
    }
    parts.push(value);
  }
  await fed;
  return join(...parts);
}

async function feed(writer, packed) {
  for (let at = 0; at < packed.length; at += PORTION_BYTES) {
    await writer.ready;
    await writer.write(packed.subarray(at, at + PORTION_BYTES));
  }
  await writer.close();
}
