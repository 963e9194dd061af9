// A verdict on the screen: word, icon and colour, then the facts in the order of the paper.
// Asks nothing and decides nothing. Everything is set as text, never as markup.

const MONTHS = [
  "Januari", "Februari", "Maret", "April", "Mei", "Juni",
  "Juli", "Agustus", "September", "Oktober", "November", "Desember",
];

// The word for each outcome, as it stands alone at arm's length.
const WORDS = {
  unreadable: "TIDAK TERBACA",
  forged: "SEGEL TIDAK SAH",
  unknown_issuer: "PENERBIT TIDAK DIKENAL",
  mismatch: "ISI BERBEDA",
  unregistered: "TIDAK TERCATAT",
  revoked: "DICABUT",
  superseded: "DIGANTIKAN",
  indeterminate: "BELUM DAPAT DIPASTIKAN",
  suspended: "DITANGGUHKAN",
  not_yet_valid: "BELUM BERLAKU",
  expired: "HABIS MASA BERLAKU",
  valid: "ASLI DAN BERLAKU",
};

const ADVISORIES = {
  foreign_host: "Tautan pada kode menyebut alamat lain. Yang diperiksa adalah isinya, di situs ini.",
  issued_outside_window: "Surat ini terbit di luar masa penerbitan yang dibuka.",
  key_revoked: "Kunci yang menandatangani surat ini sudah dicabut; surat ini sendiri tercatat.",
  pdf_differs: "Berkas ini bukan berkas yang dicetak kantor; isinya tetap diperiksa dari segelnya.",
  portrait_unchecked: "Foto belum diperiksa.",
  extended: "Masa berlaku surat ini sudah diperpanjang.",
};

const NOT_COVERED = "Tidak dijamin oleh segel: foto yang tercetak, nomor surat, tempat lahir, dan alamat jalan.";

const ICONS = {
  green: "M5 13l4.5 4.5L19 7",
  amber: "M12 6v8m0 3.5v.5",
  red: "M7 7l10 10M17 7L7 17",
  grey: "M9 9a3 3 0 1 1 4.2 2.8c-.8.4-1.2 1-1.2 2.2m0 3v.5",
};

function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

function icon(tone) {
  const namespace = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(namespace, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(namespace, "path");
  path.setAttribute("d", ICONS[tone] || ICONS.grey);
  svg.append(path);
  return svg;
}

/** `2026-11-22` as `22 November 2026`. */
export function longDate(iso) {
  const [year, month, day] = iso.split("-").map(Number);
  return `${day} ${MONTHS[month - 1]} ${year}`;
}

function localTime(iso) {
  const moment = new Date(iso);
  const two = (number) => String(number).padStart(2, "0");
  const day = `${moment.getDate()} ${MONTHS[moment.getMonth()]} ${moment.getFullYear()}`;
  return `${day} pukul ${two(moment.getHours())}.${two(moment.getMinutes())}`;
}

/** A letter number that may break after its slashes, and nowhere else. */
function breakable(number) {
  const parts = number.split("/");
  return parts.flatMap((part, place) => (place === parts.length - 1 ? [part] : [`${part}/`, element("wbr")]));
}

function facts(answer) {
  const { seal, registry } = answer;
  if (seal === null) return [];
  const until = answer.valid_until;
  const rows = [
    ["Nama", seal.name],
    ["NIK", seal.nik],
    ["Tahun lahir", String(seal.birth_year)],
    ["Jenis kelamin", seal.sex === "F" ? "Perempuan" : "Laki-laki"],
    ["Kelurahan/desa", seal.village_name || seal.village],
    ["Terbit", longDate(seal.issued_on)],
    ["Berlaku sampai", until === null ? "KTP-el diterbitkan" : longDate(until)],
  ];
  if (registry !== null) rows.push(["Nomor surat", ...breakable(registry.number)], ["Penerbit", registry.office_name]);
  return rows;
}

function banner(tone, word, sentence) {
  const title = element("h1", { tabindex: "-1" }, word);
  return [
    element("div", { class: `banner ${tone}` }, icon(tone), element("div", {}, title, element("p", {}, sentence))),
    title,
  ];
}

function button(label, action, kind) {
  const made = element("button", { type: "button", class: kind }, label);
  made.addEventListener("click", action);
  return made;
}

function show(place, title, ...children) {
  place.textContent = ""; // replaceChildren() is younger than some phones
  place.append(...children);
  place.hidden = false;
  title.focus({ preventScroll: true });
  window.scrollTo(0, 0);
}

/** While the service is being asked. */
export function showWaiting(place) {
  place.textContent = "";
  place.append(element("p", { class: "waiting" }, "Memeriksa…"));
  place.hidden = false;
}

/** The answer. `again` is called when the reader wants to check another letter. */
export function showVerdict(place, answer, again) {
  const [head, title] = banner(answer.tone, WORDS[answer.outcome] || answer.outcome, answer.message.id);
  const parts = [head, element("p", { class: "english", lang: "en" }, answer.message.en)];
  const notes = answer.advisories.map((code) => element("li", {}, ADVISORIES[code] || code));
  if (notes.length > 0) parts.push(element("ul", { class: "notes" }, ...notes));
  const rows = facts(answer).flatMap(([name, ...value]) => [element("dt", {}, name), element("dd", {}, ...value)]);
  if (rows.length > 0) {
    parts.push(element("dl", { class: "facts card" }, ...rows), element("p", { class: "hint" }, NOT_COVERED));
  }
  parts.push(
    element("p", { class: "hint" }, `Diperiksa ${localTime(answer.checked_at)} (jam perangkat ini).`),
    element("p", {}, button("Periksa surat lain", again, "secondary")),
  );
  show(place, title, ...parts);
}

/** The service could not be asked. */
export function showFailure(place, retry, again) {
  const sentence = "Layanan tidak dapat dihubungi. Periksa sambungan internet, lalu coba lagi.";
  const [head, title] = banner("amber", WORDS.indeterminate, sentence);
  const buttons = element("p", {}, button("Coba lagi", retry, ""), " ", button("Periksa surat lain", again, "secondary"));
  show(place, title, head, buttons);
}
