// The sentences and times beside a verdict on the public page, in plain Indonesian. Pure; decides nothing.
import { age } from "../scan/wording.js";

const MONTHS = [
  "Januari", "Februari", "Maret", "April", "Mei", "Juni",
  "Juli", "Agustus", "September", "Oktober", "November", "Desember",
];
const ZONES = { 420: "WIB", 480: "WITA", 540: "WIT" };

const two = (number) => String(number).padStart(2, "0");

function parts(moment, offset) {
  const at = new Date(moment.getTime() + offset * 60000);
  const sign = offset < 0 ? "-" : "+";
  const hours = `UTC${sign}${Math.floor(Math.abs(offset) / 60)}${offset % 60 ? `.${two(Math.abs(offset) % 60)}` : ""}`;
  return {
    day: at.getUTCDate(),
    month: at.getUTCMonth(),
    year: at.getUTCFullYear(),
    clock: `${two(at.getUTCHours())}.${two(at.getUTCMinutes())}`,
    seconds: two(at.getUTCSeconds()),
    zone: ZONES[offset] || hours,
  };
}

/** `22 November 2026 pukul 20.17 WIB`; `offset` in minutes ahead of UTC. */
export function longMoment(moment, offset) {
  const { day, month, year, clock, zone } = parts(moment, offset);
  return `${day} ${MONTHS[month]} ${year} pukul ${clock} ${zone}`;
}

/** `22-11-2026 20.17.41 WIB`, to be written down. */
export function shortMoment(moment, offset) {
  const { day, month, year, clock, seconds, zone } = parts(moment, offset);
  return `${two(day)}-${two(month + 1)}-${year} ${clock}.${seconds} ${zone}`;
}

const REASONS = {
  key_unknown: "Kunci yang menandatangani segel ini tidak ada dalam daftar kunci situs ini.",
  list_missing: "Catatan tentang surat ini tidak lengkap, sehingga keadaannya tidak dapat dipastikan dari sini.",
  list_stale: "Daftar yang ada sudah terlalu lama.",
  newer_than_list: "Surat ini lebih baru daripada daftar yang ada.",
  clock_behind: "Jam perangkat ini lebih awal daripada daftar yang ada. Periksa jamnya.",
  key_revoked:
    "Kunci yang menandatangani surat ini sudah dicabut, dan surat ini tidak dapat dicocokkan dengan catatan.",
  registry_unavailable: "Pemeriksaan tidak dapat diselesaikan.",
};

/** One sentence for each reason that the bottom line alone does not tell. */
export function reasonSentences(reasons) {
  return reasons.map((code) => REASONS[code]).filter(Boolean);
}

const ADVISORIES = {
  issued_outside_window: "Surat ini terbit di luar masa penerbitan yang dibuka.",
  key_revoked: "Kunci yang menandatangani surat ini sudah dicabut; surat ini sendiri tercatat.",
  pdf_differs: "Berkas ini bukan berkas yang dicetak kantor; isinya tetap diperiksa dari segelnya.",
  extended: "Masa berlaku surat ini sudah diperpanjang.",
};

/** The sentences of cautions and notes. A foreign host has a place of its own; of the portrait is always told. */
export function advisorySentences(codes) {
  return codes.map((code) => ADVISORIES[code]).filter(Boolean);
}

/** What it means that the service did not answer, and the age of the list that was gone by. */
export function listSentences(asOf, offset, now) {
  return [
    "Layanan tidak menjawab, jadi keadaan surat saat ini tidak diketahui.",
    `Jawaban ini menurut daftar per ${longMoment(asOf, offset)} (${age(asOf, now)}); ` +
      "pencabutan sesudahnya tidak terlihat.",
  ];
}

/** What to do where there is neither service nor list. */
export const SILENCE = ["Layanan tidak dapat dihubungi.", "Periksa sambungan internet, lalu coba lagi."];

/** A host that a symbol names and that is not this site; or this very page, opened under another address. */
export function foreignSentences(host, here, official) {
  if (host === here) {
    const whose = `Alamat resminya ${official}. Jangan percayai jawaban di sini.`;
    return [`Halaman ini terbuka di alamat lain: ${here}`, whose];
  }
  return [
    `Kode QR ini menyebut alamat lain: ${host}`,
    `Situs ini ${official}. Jangan buka alamat lain itu; yang diperiksa di sini hanya isi segelnya.`,
  ];
}
