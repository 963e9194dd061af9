// A verdict on the screen: word, icon and colour at a glance, then the facts in the order of the paper.
// Decides nothing and asks nobody. It informs; it never says what to do with a person.
import { breakable, button, byId, element, fill, icon, rows } from "./elements.js";
import { hostOf } from "./checking.js";
import { uncheckedPortrait } from "./portrait.js";
import { NOT_COVERED, advisorySentences, age, clockTime, grouped, longDate } from "./wording.js";
import { neighbourhood, openingHours, reasonSentences, shortMoment, span, usedBefore } from "./wording.js";
import { WORDS } from "./verdict.js";

const TOUCHES = ["pointerdown", "keydown", "wheel"];

/**
 * @typedef {object} Shown what is on the screen of one symbol
 * @property {string} text the symbol's text; empty for a picture with several
 * @property {object} verdict
 * @property {{here: {id: string, at: number}[], elsewhere: boolean, conflict: object|null}} before earlier uses
 * @property {object|null} answer the registry's whole answer
 * @property {boolean} byRegistry whether the verdict is the registry's newer word
 * @property {boolean} chosen whether the officer has marked the letter
 */

/** Put the verdict into its screen, with the marking and the buttons of the bar. */
export function drawVerdict(shown, app, marking, buttons) {
  const { verdict } = shown;
  const place = byId("verdict");
  Object.assign(place.dataset, { outcome: verdict.outcome, tone: verdict.tone, genuine: String(verdict.genuine) });
  place.dataset.source = shown.byRegistry ? "registry" : "held";
  const portrait = verdict.genuine ? [uncheckedPortrait()] : [];
  const uncovered = verdict.genuine ? [element("p", { id: "not-covered", class: "hint" }, NOT_COVERED)] : [];
  // What became of a mark stands beside its button; why there is none, beneath all else.
  const [below, beside] = marking.possible ? [[], [marking.panel]] : [[marking.panel], []];
  fill(
    place,
    ...loud(shown, app),
    banner(verdict.outcome, verdict.tone, WORDS[verdict.outcome].id, verdict.message.id, isCautious(verdict)),
    element("p", { id: "data-age", class: "hint" }, dataAge(shown, app)),
    ...advisories(sentencesOf(shown, app)),
    ...portrait,
    ...facts(shown, app),
    ...uncovered,
    ...below,
    element("div", { class: "bar" }, ...beside, ...buttons),
  );
}

/** Whether a caution has taken away the plain green. */
function isCautious({ outcome, cautions }) {
  return outcome === "valid" && cautions.length > 0;
}

/** What must not be overlooked: an example letter, a letter used before, a wrong clock. */
function loud({ verdict, before }, app) {
  const parts = demoWord(app);
  const used = usedBefore(before, new Date());
  if (used !== null) parts.push(alarm("before", "SUDAH DITUNJUKKAN", used));
  if (app.clock !== null) parts.push(alarm("clock", "PERIKSA JAM PONSEL", clockSentence(app.clock)));
  return parts;
}

/** Over the whole width: nothing in a demo registry is anybody's letter. */
export function demoWord(app) {
  if (app.held?.bundle.environment !== "demo") return [];
  return [element("p", { id: "demo-letter", class: "demo-loud" }, "DEMO: BUKAN SURAT RESMI")];
}

function alarm(id, title, sentence) {
  return element(
    "div",
    { id: `alarm-${id}`, class: "alarm" },
    element("strong", {}, title),
    element("p", {}, sentence),
  );
}

/** What is wrong with the phone's clock. */
export function clockSentence({ code, seconds }) {
  const side = code === "clock_behind" ? "terlambat" : "terlalu cepat";
  return `Jam ponsel ${side} ${span(seconds * 1000)}. Betulkan tanggal, jam dan zona waktunya di setelan ponsel.`;
}

/** The coloured head of a verdict; a caution is said in it, for it takes the plain good away. */
export function banner(outcome, tone, word, sentence, cautious = false) {
  return element(
    "div",
    { class: `banner ${tone}` },
    icon(cautious ? "indeterminate" : outcome, tone),
    element("h1", { id: "verdict-word", tabindex: "-1" }, word),
    ...(cautious
      ? [element("p", { id: "verdict-caution" }, element("strong", {}, "Dengan peringatan, lihat di bawah."))]
      : []),
    element("p", { id: "verdict-message" }, sentence),
  );
}

function dataAge({ verdict, byRegistry }, app) {
  const checked = clockTime(dateOf(verdict.checkedAt));
  if (byRegistry) return `Dicocokkan pukul ${checked} langsung dengan catatan Disdukcapil.`;
  const asOf = verdict.dataAsOf ?? app.held?.bundle.asOf ?? null;
  if (asOf === null) return `Diperiksa pukul ${checked}.`;
  const when = dateOf(asOf);
  const now = new Date();
  return `Diperiksa pukul ${checked}; data ${shortMoment(when, now)} (${age(when, now)}).`;
}

/** The sentences of cautions, notes and reasons, as they stand beneath the bottom line. */
export function sentencesOf({ verdict, text }, app) {
  const hours = app.view ? openingHours(app.view.election) : "";
  const about = { host: hostOf(text), own: app.device?.station.villageName ?? "", hours, neighbourhood: "" };
  if (verdict.seal) about.neighbourhood = neighbourhood(verdict.seal.facts.rt, verdict.seal.facts.rw);
  return [...reasonSentences(verdict.reasons), ...advisorySentences(verdict.advisories, about)];
}

function advisories(said) {
  if (said.length === 0) return [];
  return [element("ul", { id: "advisories", class: "notes" }, ...said.map((each) => element("li", {}, each)))];
}

function facts({ verdict, answer }, app) {
  if (!verdict.genuine || verdict.seal === null) return [];
  const sealed = verdict.seal.facts;
  const until = verdict.validUntil ?? sealed.validUntil;
  const { bundle } = app.held;
  const pairs = [
    ["Nama", sealed.name],
    ["NIK", element("span", { class: "digits" }, grouped(sealed.nik))],
    ["Lahir", longDate(sealed.birthDate)],
    ["Kelamin", sealed.sex === "F" ? "Perempuan" : "Laki-laki"],
    ["Kel./desa", ...village(sealed.village, answer, bundle)],
    ["RT/RW", neighbourhood(sealed.rt, sealed.rw)],
    ["Terbit", longDate(sealed.issuedOn)],
    ["Berlaku", until === null ? "sampai KTP-el diterbitkan" : `s.d. ${longDate(until)}`],
  ];
  if (answer?.registry) pairs.push(["Nomor", ...breakable(answer.registry.number)]);
  const issuer = [bundle.kinds.get(sealed.kind)?.title, bundle.offices.get(verdict.office)?.name ?? verdict.office];
  return [
    element("dl", { id: "facts", class: "facts card" }, ...rows(pairs)),
    element("p", { id: "issuer", class: "hint" }, issuer.filter(Boolean).join(" · ")),
  ];
}

function village(code, answer, bundle) {
  const name = answer?.seal?.village_name ?? bundle.villages.get(code);
  return name ? [`${name} `, element("span", { class: "hint" }, code)] : [code];
}

/** A moment as the verdict holds it: a Date, or epoch seconds. */
function dateOf(when) {
  return when instanceof Date ? when : new Date(when * 1000);
}

/** The button that goes on; it counts down when it goes on by itself. Any touch stops that. */
export class NextButton {
  constructor(onNext) {
    this.onNext = onNext;
    this.timer = null;
    this.count = element("span", { "aria-hidden": "true" });
    this.element = button("Pindai berikutnya", () => this.go(), { id: "next", class: "big" });
    this.element.append(this.count);
    this.stop = this.stop.bind(this);
  }

  go() {
    this.stop();
    this.onNext();
  }

  stop() {
    clearInterval(this.timer);
    this.count.textContent = "";
    for (const name of TOUCHES) document.removeEventListener(name, this.stop, true);
  }

  /** Go on by itself after so many seconds; never at 0. */
  goOnIn(seconds) {
    this.stop();
    if (seconds <= 0) return;
    let left = seconds;
    this.count.textContent = ` (${left})`;
    for (const name of TOUCHES) document.addEventListener(name, this.stop, true);
    this.timer = setInterval(() => {
      left -= 1;
      this.count.textContent = ` (${left})`;
      if (left <= 0) this.go();
    }, 1000);
  }
}
