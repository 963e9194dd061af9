// What a check found: facts first, the bottom line derived. Decides nothing; `verifier.js` does.
//
// Mirrors core/verdict.py, texts and all; tests/vectors/verdicts.json holds both to the same tables.
// The software reports: no sentence here tells an officer to turn anyone away.

/** Every outcome, in the order in which the first that applies is taken. */
export const OUTCOMES = Object.freeze([
  "unreadable",
  "forged",
  "unknown_issuer",
  "mismatch",
  "unregistered",
  "revoked",
  "superseded",
  "indeterminate",
  "suspended",
  "not_yet_valid",
  "expired",
  "valid",
]);

/** What each reason, alone, comes to. */
export const OUTCOME_OF = new Map([
  ["not_a_seal", "unreadable"],
  ["not_canonical", "unreadable"],
  ["format_unknown", "unreadable"],
  ["field_invalid", "unreadable"],
  ["several_codes", "unreadable"],
  ["signature_invalid", "forged"],
  ["key_out_of_scope", "forged"],
  ["key_unknown", "unknown_issuer"],
  ["fingerprint_differs", "mismatch"],
  ["not_issued", "unregistered"],
  ["revoked", "revoked"],
  ["revoked_or_superseded", "revoked"],
  ["superseded", "superseded"],
  ["list_missing", "indeterminate"],
  ["list_stale", "indeterminate"],
  ["newer_than_list", "indeterminate"],
  ["clock_behind", "indeterminate"],
  ["key_revoked", "indeterminate"],
  ["registry_unavailable", "indeterminate"],
  ["typed_only", "indeterminate"],
  ["suspended", "suspended"],
  ["not_yet_valid", "not_yet_valid"],
  ["expired", "expired"],
]);

/** Take away the plain green; never change the outcome. */
export const CAUTIONS = Object.freeze(["foreign_host", "issued_outside_window", "key_revoked", "pdf_differs"]);

/** Worth knowing; change neither outcome nor tone. The last four only at a polling station. */
export const NOTES = Object.freeze([
  "portrait_unchecked",
  "extended",
  "other_village",
  "other_neighbourhood",
  "outside_hours",
  "presented_before",
]);

/** The colour of each outcome; never shown without a word and an icon. */
export const TONES = Object.freeze({
  unreadable: "grey",
  forged: "red",
  unknown_issuer: "amber",
  mismatch: "red",
  unregistered: "red",
  revoked: "red",
  superseded: "red",
  indeterminate: "amber",
  suspended: "amber",
  not_yet_valid: "amber",
  expired: "amber",
  valid: "green",
});

/** What is on the paper but not in the seal; every answer says so. */
export const NOT_COVERED = Object.freeze(["portrait_as_printed", "letter_number", "birth_place", "street"]);

/**
 * @typedef {object} Verdict the answer to one check
 * @property {string} outcome one of `OUTCOMES`
 * @property {"green"|"amber"|"red"|"grey"} tone
 * @property {string[]} reasons why the outcome is not `valid`, in the order of the steps
 * @property {string[]} cautions
 * @property {string[]} notes
 * @property {string[]} advisories cautions first, then notes
 * @property {Date} checkedAt
 * @property {Date|null} dataAsOf
 * @property {boolean} genuine
 * @property {import("./seal.js").Seal|null} seal only when genuine: nothing of an unproven seal is ever shown
 * @property {Uint8Array|null} fingerprint 32 bytes, of that seal
 * @property {string|null} office the code of the issuing office
 * @property {string|null} validUntil last valid day with extensions; null until the card is issued
 * @property {{id: string, en: string}} message the bottom line and the next step, for people
 */

/**
 * @param {string[]} reasons
 * @returns {string} the first outcome of the table that any reason stands for
 */
export function outcomeOf(reasons) {
  const places = reasons.map((reason) => {
    // A word that nobody knows must never be passed over: that would be green.
    if (!OUTCOME_OF.has(reason)) throw new TypeError("no such reason");
    return OUTCOMES.indexOf(OUTCOME_OF.get(reason));
  });
  return OUTCOMES[Math.min(...places, OUTCOMES.length - 1)];
}

/**
 * The verdict that these findings come to.
 * @param {{reasons: string[], cautions: string[], notes: string[], checkedAt: Date, dataAsOf: Date|null,
 *   genuine: boolean, seal?: object|null, fingerprint?: Uint8Array|null, office?: string|null,
 *   validUntil?: string|null}} found
 * @returns {Verdict}
 */
export function verdictOf(found) {
  const outcome = outcomeOf(found.reasons);
  const tone = TONES[outcome];
  return {
    seal: null,
    fingerprint: null,
    office: null,
    validUntil: null,
    ...found,
    outcome,
    tone: tone === "green" && found.cautions.length > 0 ? "amber" : tone,
    advisories: [...found.cautions, ...found.notes],
    message: messageOf(outcome, found.reasons),
  };
}

/**
 * The same verdict with one more caution.
 * @param {Verdict} verdict
 * @param {string} caution
 * @returns {Verdict}
 */
export function withCaution(verdict, caution) {
  return verdictOf({ ...verdict, cautions: [...verdict.cautions, caution] });
}

function messageOf(outcome, reasons) {
  if (outcome === "revoked" && reasons.includes("revoked_or_superseded")) return REVOKED_OR_SUPERSEDED;
  return MESSAGES[outcome];
}

/** The word for each outcome, as it stands alone at arm's length. */
export const WORDS = Object.freeze({
  unreadable: { id: "TIDAK TERBACA", en: "UNREADABLE" },
  forged: { id: "SEGEL TIDAK SAH", en: "FORGED" },
  unknown_issuer: { id: "PENERBIT TIDAK DIKENAL", en: "UNKNOWN ISSUER" },
  mismatch: { id: "ISI BERBEDA", en: "MISMATCH" },
  unregistered: { id: "TIDAK TERCATAT", en: "UNREGISTERED" },
  revoked: { id: "DICABUT", en: "REVOKED" },
  superseded: { id: "DIGANTIKAN", en: "SUPERSEDED" },
  indeterminate: { id: "BELUM DAPAT DIPASTIKAN", en: "INDETERMINATE" },
  suspended: { id: "DITANGGUHKAN", en: "SUSPENDED" },
  not_yet_valid: { id: "BELUM BERLAKU", en: "NOT YET VALID" },
  expired: { id: "HABIS MASA BERLAKU", en: "EXPIRED" },
  valid: { id: "ASLI DAN BERLAKU", en: "VALID" },
});

/** The bottom line and the next step for each outcome. */
export const MESSAGES = Object.freeze({
  unreadable: {
    id:
      "Kode ini tidak dapat dibaca sebagai segel surat. Pindai ulang di tempat terang dan datar; bila " +
      "tetap gagal, hubungi Disdukcapil penerbit.",
    en:
      "This code cannot be read as a letter's seal. Scan again, flat and well lit; if it still fails, " +
      "call the issuing office.",
  },
  forged: {
    id:
      "Segel tidak sah: isinya diubah atau bukan buatan Disdukcapil. Catat kejadiannya dan hubungi " +
      "Disdukcapil penerbit.",
    en:
      "The seal does not hold: it was altered or was not made by the registry. Record the case and " +
      "call the issuing office.",
  },
  unknown_issuer: {
    id: "Penerbit surat ini tidak dikenal di sini. Perbarui data atau hubungi Disdukcapil penerbit.",
    en: "The issuer of this letter is not known here. Update the data or call the issuing office.",
  },
  mismatch: {
    id:
      "Isi segel berbeda dari surat yang tercatat dengan identitas ini. Catat kejadiannya dan hubungi " +
      "Disdukcapil penerbit.",
    en:
      "The seal states other facts than the letter on record under this identity. Record the case and " +
      "call the issuing office.",
  },
  unregistered: {
    id:
      "Surat ini tidak pernah tercatat diterbitkan. Catat kejadiannya dan hubungi Disdukcapil " +
      "penerbit.",
    en: "This letter was never recorded as issued. Record the case and call the issuing office.",
  },
  revoked: {
    id: "Surat asli, tetapi sudah dicabut oleh penerbitnya. Hubungi Disdukcapil penerbit.",
    en: "A genuine letter, revoked by its issuer. Call the issuing office.",
  },
  superseded: {
    id: "Surat asli, tetapi sudah digantikan oleh surat baru atau KTP-el. Mintalah dokumen penggantinya.",
    en:
      "A genuine letter, superseded by a new letter or the card. Ask for the document that replaced " +
      "it.",
  },
  indeterminate: {
    id:
      "Belum dapat dipastikan. Perbarui data, periksa lagi secara daring, atau hubungi Disdukcapil " +
      "penerbit.",
    en: "This cannot be decided yet. Update the data, check again online, or call the issuing office.",
  },
  suspended: {
    id: "Surat asli, tetapi sedang ditangguhkan. Hubungi Disdukcapil penerbit.",
    en: "A genuine letter, suspended for now. Call the issuing office.",
  },
  not_yet_valid: {
    id: "Surat asli, tetapi tanggal terbitnya belum tiba. Periksa jam perangkat ini.",
    en: "A genuine letter whose issue date is still to come. Check this device's clock.",
  },
  expired: {
    id: "Surat asli, tetapi masa berlakunya sudah lewat. Surat ini bukan surat palsu.",
    en: "A genuine letter whose validity has passed. It is not a forgery.",
  },
  valid: {
    id: "Surat asli, tercatat, dan berlaku. Cocokkan nama dan foto dengan pemegang surat.",
    en: "Genuine, registered and valid. Compare name and photograph with the holder.",
  },
});

// A status list cannot tell the two apart.
const REVOKED_OR_SUPERSEDED = Object.freeze({
  id: "Surat asli, tetapi sudah tidak berlaku: dicabut atau digantikan. Hubungi Disdukcapil penerbit.",
  en: "A genuine letter that no longer holds: revoked or superseded. Call the issuing office.",
});
