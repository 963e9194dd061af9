// Times, ages and the sentences beside a verdict, in plain Indonesian. Pure; shows nothing and decides nothing.

const MONTHS = [
  "Januari",
  "Februari",
  "Maret",
  "April",
  "Mei",
  "Juni",
  "Juli",
  "Agustus",
  "September",
  "Oktober",
  "November",
  "Desember",
];
const MINUTE = 60 * 1000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const two = (number) => String(number).padStart(2, "0");

/** `2026-11-22` as `22 November 2026`. */
export function longDate(iso) {
  const [year, month, day] = iso.split("-").map(Number);
  return `${day} ${MONTHS[month - 1]} ${year}`;
}

/** `12.05` of a moment (Date or epoch seconds), on this phone's clock. */
export function clockTime(moment) {
  const at = asDate(moment);
  return `${two(at.getHours())}.${two(at.getMinutes())}`;
}

/** `22 November 2026 pukul 12.05`. */
export function moment(when) {
  const at = asDate(when);
  return `${at.getDate()} ${MONTHS[at.getMonth()]} ${at.getFullYear()} pukul ${clockTime(at)}`;
}

/** A moment of today by its time alone, any other with its date. */
export function shortMoment(when, now) {
  return asDate(when).toDateString() === now.toDateString() ? `hari ini pukul ${clockTime(when)}` : moment(when);
}

/** How long ago, in the coarsest unit that still says something. */
export function age(when, now) {
  const past = now - asDate(when);
  if (past < 0) return "di masa depan menurut jam ponsel";
  if (past < 2 * MINUTE) return "baru saja";
  if (past < 2 * HOUR) return `${Math.floor(past / MINUTE)} menit lalu`;
  if (past < 2 * DAY) return `${Math.floor(past / HOUR)} jam lalu`;
  return `${Math.floor(past / DAY)} hari lalu`;
}

/** A length of time for people: `12 menit`, `3 jam`, `2 hari`. */
export function span(milliseconds) {
  const long = Math.abs(milliseconds);
  if (long < MINUTE) return `${Math.round(long / 1000)} detik`;
  if (long < 2 * HOUR) return `${Math.round(long / MINUTE)} menit`;
  return long < 2 * DAY ? `${Math.round(long / HOUR)} jam` : `${Math.round(long / DAY)} hari`;
}

/** The hours of a polling day: `22 November 2026 pukul 07.00 sampai 13.00`. */
export function openingHours({ opensAt, closesAt }) {
  return `${moment(opensAt)} sampai ${clockTime(closesAt)}`;
}

/** A NIK in fours, as it is read aloud. */
export function grouped(nik) {
  return nik.replace(/(.{4})(?=.)/g, "$1 ");
}

/** RT/RW as read aloud: `003 / 004`, a missing one as a dash. */
export function neighbourhood(rt, rw) {
  const said = (number) => (number === 0 ? "-" : String(number).padStart(3, "0"));
  return `${said(rt)} / ${said(rw)}`;
}

function asDate(when) {
  return when instanceof Date ? when : new Date(when * 1000);
}

const REASONS = {
  several_codes: "Ada lebih dari satu segel surat dalam gambar ini. Pindai satu surat saja.",
  list_missing: "Data di ponsel ini tidak memuat daftar tempat surat ini dicatat.",
  list_stale: "Data di ponsel ini sudah terlalu lama. Sambungkan ke internet untuk memperbaruinya.",
  newer_than_list: "Surat ini lebih baru daripada data di ponsel ini.",
  clock_behind: "Periksa jam ponsel: jamnya lebih awal daripada data yang dipegang.",
  key_revoked:
    "Kunci yang menandatangani surat ini sudah dicabut, dan surat ini tidak dapat dicocokkan dengan catatan.",
  registry_unavailable: "Pemeriksaan tidak dapat diselesaikan di ponsel ini.",
  typed_only: "Nomor dan kode dapat disalin orang; hanya kode QR yang membuktikan surat.",
};

/** One sentence for each reason that the bottom line alone does not tell. */
export function reasonSentences(reasons) {
  return reasons.map((code) => REASONS[code]).filter(Boolean);
}

const ADVISORIES = {
  foreign_host: (about) =>
    `Tautan pada kode menyebut alamat lain: ${about.host}. Alamat itu tidak dibuka; yang diperiksa adalah isinya.`,
  issued_outside_window: () => "Surat ini terbit di luar masa penerbitan yang dibuka.",
  key_revoked: () => "Kunci yang menandatangani surat ini sudah dicabut; surat ini sendiri tercatat.",
  pdf_differs: () => "Berkas ini bukan berkas yang dicetak kantor; isinya tetap diperiksa dari segelnya.",
  extended: () => "Masa berlaku surat ini sudah diperpanjang.",
  other_village: (about) => `Kelurahan/desa pada surat bukan wilayah TPS ini${about.own ? ` (${about.own})` : ""}.`,
  other_neighbourhood: (about) => `RT/RW pada surat (${about.neighbourhood}) tidak termasuk yang dilayani TPS ini.`,
  outside_hours: (about) => `Sekarang di luar jam TPS${about.hours ? ` (${about.hours})` : ""}.`,
};

/**
 * The sentences of cautions and notes. The portrait and an earlier use have their own places on the screen.
 *
 * @param {string[]} codes
 * @param {{host: string, own: string, neighbourhood: string, hours: string}} about
 */
export function advisorySentences(codes, about) {
  return codes.map((code) => ADVISORIES[code]?.(about)).filter(Boolean);
}

export const NOT_COVERED = "Tidak dijamin oleh segel: foto yang tercetak, nomor surat, tempat lahir, dan alamat jalan.";

/** When and where a letter was shown already, or null. */
export function usedBefore({ here, elsewhere, conflict }, now) {
  const times = here.map(({ at }) => shortMoment(at, now)).join(" dan ");
  const said = [];
  if (here.length > 0) said.push(`Surat ini sudah dicatat di ponsel ini ${times}.`);
  if (conflict) said.push(conflictSentence(conflict));
  else if (elsewhere) said.push("Surat ini sudah dicatat di TPS lain atau di ponsel lain.");
  return said.length === 0 ? null : said.join(" ");
}

/** Where else a letter, or another letter of the same person, was shown. */
export function conflictSentence({ elsewhere, same_person: samePerson }) {
  if (elsewhere.length === 0) return "Ditunjukkan lebih dari satu kali di TPS ini.";
  const places = elsewhere.map(
    ({ station, village_name: name, village, at }) => `TPS ${station} ${name || village} pukul ${clockTime(at)}`,
  );
  const what = samePerson ? "Surat lain milik orang yang sama ditunjukkan" : "Ditunjukkan juga";
  return `${what} di ${places.join(" dan ")}.`;
}
