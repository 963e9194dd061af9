// A verdict on the screen and on paper: word, icon and colour, then the facts, masked. Asks nothing, decides nothing.
// Everything is set as text, never as markup.
import { button, element, fill, icon, rows } from "../scan/elements.js";
import { checkCode } from "../scan/seal.js";
import { WORDS } from "../scan/verdict.js";
import { longDate, NOT_COVERED } from "../scan/wording.js";
import { maskName, maskNik, yearOf } from "./masking.js";
import {
  advisorySentences, foreignSentences, listSentences, longMoment, reasonSentences, shortMoment, SILENCE,
} from "./words.js";

const TITLE = document.title;

/** Minutes ahead of UTC where the letter was issued; this device's own while nobody knows. */
function offsetOf({ verdict, bundle }) {
  const office = bundle === null ? undefined : bundle.offices.get(verdict.office);
  return office === undefined ? -verdict.checkedAt.getTimezoneOffset() : office.utcOffsetMinutes;
}

/** The name, where it is known, and the code: names are used more than once. */
function villageOf(code, bundle) {
  const grouped = code.replace(/^(..)(..)(..)(....)$/, "$1.$2.$3.$4");
  return bundle.villages.has(code) ? [`${bundle.villages.get(code)} (${grouped})`] : [grouped];
}

function facts({ verdict, bundle }) {
  if (verdict.seal === null) return [];
  const { facts: sealed } = verdict.seal;
  const kind = bundle.kinds.get(sealed.kind);
  const until = verdict.validUntil;
  return [
    ["Nama", maskName(sealed.name)],
    ["NIK", maskNik(sealed.nik)],
    ["Tahun lahir", yearOf(sealed.birthDate)],
    ["Jenis kelamin", sealed.sex === "F" ? "Perempuan" : "Laki-laki"],
    ["Kelurahan/desa", ...villageOf(sealed.village, bundle)],
    ["Jenis surat", kind === undefined ? null : kind.title],
    ["Terbit", longDate(sealed.issuedOn)],
    ["Berlaku sampai", until === null ? "KTP-el diterbitkan" : longDate(until)],
    ["Penerbit", bundle.offices.get(verdict.office).name],
  ];
}

function banner(outcome, tone, sentence) {
  const title = element("h1", { tabindex: "-1" }, WORDS[outcome].id);
  document.title = `${WORDS[outcome].id} · ${TITLE}`;
  const said = element("div", {}, title, element("p", {}, sentence));
  return [element("div", { class: `banner ${tone}` }, icon(outcome, tone), said), title];
}

function warning([first, ...rest]) {
  const parts = rest.map((sentence) => element("span", {}, ` ${sentence}`));
  return element("p", { class: "warning" }, element("strong", {}, first), ...parts);
}

/** What a clerk writes down: the letter's check code, when it was checked, and how old the word on its fate is. */
function reference({ verdict }, offset) {
  const code = verdict.fingerprint === null ? "tanpa kode periksa" : checkCode(verdict.fingerprint);
  const asOf = verdict.dataAsOf === null ? "tanpa data" : `data per ${shortMoment(verdict.dataAsOf, offset)}`;
  const parts = [code, shortMoment(verdict.checkedAt, offset), asOf];
  // Lines break between the parts alone.
  return parts.map((part, place) => element("span", {}, place === 0 ? part : ` / ${part}`));
}

function receipt(answer) {
  const { verdict, bundle } = answer;
  const offset = offsetOf(answer);
  const pairs = [
    ["Rujukan", ...reference(answer, offset)],
    ["Diperiksa", longMoment(verdict.checkedAt, offset)],
    ["Situs", location.host],
  ];
  if (bundle !== null) {
    pairs.splice(2, 0, ["Kunci dan daftar", `per ${longMoment(new Date(bundle.asOf * 1000), offset)}`]);
  }
  return element("dl", { class: "facts receipt" }, ...rows(pairs));
}

function show(place, title, ...children) {
  fill(place, ...children);
  place.hidden = false;
  title.focus({ preventScroll: true });
  window.scrollTo(0, 0);
}

/** While the letter is being checked. */
export function showWaiting(place) {
  fill(place, element("p", { class: "waiting", role: "status" }, "Memeriksa…"));
  place.hidden = false;
}

/** Nothing of the last letter left. */
export function clear(place) {
  fill(place);
  place.hidden = true;
  document.title = TITLE;
}

/**
 * The answer.
 * @param {HTMLElement} place
 * @param {import("./asking.js").Answer} answer
 * @param {{host: string|null, official: string}} about the host that the symbol names, and this site's own
 * @param {{again: function, retry: function}} ways to another letter, and to the same question
 */
export function showAnswer(place, answer, about, { again, retry }) {
  const { verdict, source } = answer;
  const offset = offsetOf(answer);
  // A list's word is never the plain green of a letter that the service knows to be in force this minute.
  const tone = source !== "service" && verdict.tone === "green" ? "amber" : verdict.tone;
  const bottomLine = verdict.message.id;
  const byList = source === "list" && verdict.dataAsOf !== null;
  const sentence = byList ? `Menurut data per ${longMoment(verdict.dataAsOf, offset)}: ${bottomLine}` : bottomLine;
  const [head, title] = banner(verdict.outcome, tone, sentence);
  const parts = [head];
  if (source === "list") parts.push(warning(listSentences(verdict.dataAsOf, offset, verdict.checkedAt)));
  if (source === "nothing") parts.push(warning(SILENCE));
  if (verdict.cautions.includes("foreign_host")) {
    parts.push(warning(foreignSentences(about.host, location.host, about.official)));
  }
  parts.push(element("p", { class: "english", lang: "en" }, verdict.message.en));
  const reasons = source === "nothing" ? [] : reasonSentences(verdict.reasons); // that one is in the warning
  const said = [...reasons, ...advisorySentences(verdict.advisories)];
  if (said.length > 0) parts.push(element("ul", { class: "notes" }, ...said.map((each) => element("li", {}, each))));
  const told = rows(facts(answer));
  if (told.length > 0) {
    parts.push(element("dl", { class: "facts card" }, ...told), element("p", { class: "hint" }, NOT_COVERED));
  }
  parts.push(receipt(answer), element("p", { class: "no-substitute" }, "Hasil pemeriksaan ini bukan pengganti surat."));
  parts.push(buttons(source === "service" ? null : retry, again));
  show(place, title, ...parts);
}

function buttons(retry, again) {
  const found = [
    button("Cetak hasil", () => window.print(), { class: "secondary" }),
    button("Periksa surat lain", again, { class: "secondary" }),
  ];
  if (retry !== null) found.unshift(button("Coba lagi", retry));
  return element("p", { class: "ways" }, ...found);
}
