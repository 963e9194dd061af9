// Bytes and their spellings: hex, base64url, UTF-8, whole numbers. Knows nothing of seals or keys.
//
// Reading is strict: each sequence of bytes has exactly one spelling, and any other one is an error.

// What is left over in the last character of base64url must be zero; by the length's remainder.
const LAST_CHARACTERS = { 2: "AQgw", 3: "AEIMQUYcgkosw048" };
const ENCODER = new TextEncoder();

/** @param {...Uint8Array} parts */
export function join(...parts) {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** @param {Uint8Array} bytes */
export function toHex(bytes) {
  let text = "";
  for (const byte of bytes) text += byte.toString(16).padStart(2, "0");
  return text;
}

/**
 * Lower-case hexadecimal only.
 * @param {string} text
 * @returns {Uint8Array}
 */
export function fromHex(text) {
  if (typeof text !== "string" || !/^(?:[0-9a-f]{2})*$/.test(text)) throw new TypeError("not hexadecimal");
  const bytes = new Uint8Array(text.length / 2);
  for (let at = 0; at < bytes.length; at += 1) bytes[at] = parseInt(text.slice(2 * at, 2 * at + 2), 16);
  return bytes;
}

/**
 * Base64url without padding (RFC 7515 section 2).
 * @param {Uint8Array} bytes
 */
export function toBase64url(bytes) {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}

/**
 * Base64url without padding, white space or bits left over.
 * @param {string} text
 * @returns {Uint8Array}
 */
export function fromBase64url(text) {
  if (typeof text !== "string" || !/^[A-Za-z0-9_-]*$/.test(text)) throw new TypeError("not base64url");
  const rest = text.length % 4;
  if (rest === 1 || (rest > 1 && !LAST_CHARACTERS[rest].includes(text[text.length - 1]))) {
    throw new TypeError("not base64url");
  }
  const binary = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
  const bytes = new Uint8Array(binary.length);
  for (let at = 0; at < bytes.length; at += 1) bytes[at] = binary.charCodeAt(at);
  return bytes;
}

/** @param {string} text */
export function toUtf8(text) {
  return ENCODER.encode(text);
}

/**
 * Malformed UTF-8 is an error; a byte order mark stays in the text, where it is no letter of any name.
 * @param {Uint8Array} bytes
 */
export function fromUtf8(bytes) {
  return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
}

/**
 * @param {Uint8Array} bytes a whole number, big-endian
 * @returns {bigint}
 */
export function toNumber(bytes) {
  return bytes.length === 0 ? 0n : BigInt(`0x${toHex(bytes)}`);
}

/**
 * @param {bigint} number not negative
 * @returns {Uint8Array} big-endian, without leading zeros
 */
export function fromNumber(number) {
  const text = number.toString(16);
  return number === 0n ? new Uint8Array() : fromHex(text.length % 2 ? `0${text}` : text);
}

/**
 * @param {Uint8Array} bytes
 * @returns {Promise<Uint8Array>} 32 bytes
 */
export async function sha256(bytes) {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
}
