// The last resort: letter number and check code, typed. Never more than "cannot tell": both can be copied by anyone.
// Compares and asks; shows nothing and keeps nothing.
import { question } from "./checking.js";
import { fromHex } from "./bytes.js";
import { checkCode } from "./seal.js";

// Crockford: signs that look alike are one.
const ALIKE = { I: "1", L: "1", O: "0" };
const STATES = ["issued", "revoked_or_superseded", "suspended", "unknown"];

/** A check code as printed, `XXXX-XXXX`, out of what was typed; null where it cannot be one. */
export function readCode(typed) {
  const signs = typed
    .toUpperCase()
    .replace(/[^0-9A-Z]/g, "")
    .replace(/[ILO]/g, (sign) => ALIKE[sign]);
  return /^[0-9A-HJKMNP-TV-Z]{8}$/.test(signs) ? `${signs.slice(0, 4)}-${signs.slice(4)}` : null;
}

/** Why that is no check code, for whoever typed it. */
export function whyNoCode(typed) {
  const signs = typed.toUpperCase().replace(/[^0-9A-Z]/g, "");
  if (signs.length === 0) return "Ketik kode periksa yang tercetak di bawah kode QR.";
  if (signs.includes("U")) return "Kode periksa tidak memuat huruf U. Lihat lagi: mungkin V.";
  if (/^\d{16}$/.test(signs)) return "Ini NIK, bukan kode periksa. Kode periksa ada di bawah kode QR.";
  return `Kode periksa ada 8 huruf dan angka; yang diketik ${signs.length}.`;
}

/** A letter number with its blanks and small letters put right. */
export function readNumber(typed) {
  return typed.toUpperCase().replace(/\s/g, "");
}

/**
 * What the station's own data says of a check code alone. The bundle holds 64 bits of each fingerprint, the code is 40
 * of them; two letters of one village that share a code would both be listed.
 *
 * @returns {{status: string}[]|null} null where this phone holds no fingerprints
 */
export function heldMatches(bundle, code) {
  const matches = [];
  let held = 0;
  for (const list of bundle.lists.values()) {
    for (const [index, print] of list.fingerprints) {
      held += 1;
      if (checkCode(fromHex(print)) !== code) continue;
      const status = index < list.nextIndex ? list.statuses.get(index) : 3;
      matches.push({ status: STATES[status] });
    }
  }
  return held === 0 ? null : matches;
}

/**
 * The registry's answer to number and code.
 *
 * @returns {Promise<{kind: "answer"|"wait"|"offline"|"refused", answer?: object, seconds?: number}>}
 */
export async function askRegistry(store, number, code) {
  try {
    const answer = await question(store, "/api/v1/check-codes", { number, code });
    if (answer.status === 429) return { kind: "wait", seconds: Number(answer.headers.get("Retry-After")) || 3600 };
    if (answer.ok) return { kind: "answer", answer: await answer.json() };
    return { kind: answer.status >= 500 ? "offline" : "refused" };
  } catch {
    return { kind: "offline" };
  }
}
