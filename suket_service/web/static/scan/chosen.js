// Which of the texts in a picture is the seal. Checks nothing of it: `verifier.js` does.
import { FEWEST_DIGITS, readText } from "./seal.js";

/**
 * The one text to check: other codes on the page are passed over, and of several seals none is preferred.
 * Null when nothing looks like a seal.
 * @param {Iterable<string>} texts
 * @returns {{text: string} | {reason: "several_codes"} | null}
 */
export function chosen(texts) {
  const seals = new Map();
  for (const text of texts) {
    const digits = digitsOf(text);
    // A bare NIK, the barcode of old, has the form too; it is far too short to be a seal.
    if (digits !== null && digits.length >= FEWEST_DIGITS) seals.set(digits, text);
  }
  if (seals.size > 1) return { reason: "several_codes" };
  for (const text of seals.values()) return { text };
  return null;
}

function digitsOf(text) {
  try {
    return readText(text, true).digits;
  } catch {
    return null;
  }
}
