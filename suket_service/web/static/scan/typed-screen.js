// The form for number and check code, and its answer: always amber. Marks no letter: the paper list has to.
import { breakable, button, byId, element, fill, rows } from "./elements.js";
import { current, say, show } from "./screen.js";
import { signal } from "./signals.js";
import { askRegistry, heldMatches, readCode, readNumber, whyNoCode } from "./typed.js";
import { banner, demoWord } from "./verdict-screen.js";
import { WORDS } from "./verdict.js";
import { age, longDate, moment, reasonSentences, span } from "./wording.js";

const STATES = {
  issued: "terbit dan tidak dicabut",
  suspended: "sedang ditangguhkan",
  revoked: "sudah dicabut",
  superseded: "sudah digantikan",
  revoked_or_superseded: "sudah dicabut atau digantikan",
};
const NOT_CHECKED = "Nomor atau kode ini tidak dapat diperiksa. Ketik seperti yang tercetak.";
const ON_PAPER = "Tidak dapat dicatat di ponsel: tanpa kode QR surat tidak terbukti. Catat di kertas.";

/** The form and its answers. */
export class TypedScreen {
  /** @param {{scan: () => void}} ways `scan` goes back to the camera */
  constructor(app, ways) {
    this.app = app;
    this.ways = ways;
    this.turn = 0;
    this.fields = { number: byId("typed-number"), code: byId("typed-code") };
    byId("typed-back").addEventListener("click", ways.scan);
    byId("typed-form").addEventListener("submit", (event) => {
      event.preventDefault();
      this.submit();
    });
  }

  open() {
    this.turn += 1;
    byId("typed-check").disabled = false;
    for (const [name, field] of Object.entries(this.fields)) {
      field.value = "";
      this.refuse(name, null);
    }
    show("typed", this.fields.number);
  }

  refuse(name, why) {
    const error = byId(`typed-${name}-error`);
    error.hidden = why === null;
    error.textContent = why ?? "";
    if (why === null) this.fields[name].removeAttribute("aria-invalid");
    else this.fields[name].setAttribute("aria-invalid", "true");
  }

  async submit() {
    const { number, code } = this.fields;
    const typed = { number: readNumber(number.value), code: readCode(code.value) };
    this.refuse("number", typed.number === "" ? "Ketik nomor surat seperti yang tercetak." : null);
    this.refuse("code", typed.code === null ? whyNoCode(code.value) : null);
    if (typed.number === "" || typed.code === null) {
      (typed.number === "" ? number : code).focus();
      return;
    }
    const mine = ++this.turn;
    byId("typed-check").disabled = true;
    say("Memeriksa…");
    const told = await askRegistry(this.app.store, typed.number, typed.code);
    if (mine !== this.turn || current() !== "typed") return; // left while it was asked
    byId("typed-check").disabled = false;
    this.answer(told, typed.code);
  }

  answer(told, code) {
    if (told.kind === "answer") {
      this.draw(foundSentence(told.answer), registryRows(told.answer), "Ditanyakan langsung pada catatan Disdukcapil.");
      return;
    }
    if (told.kind === "offline") {
      const { bundle } = this.app.held;
      const source = `Tanpa sambungan: data per ${moment(bundle.asOf)} (${age(bundle.asOf, new Date())}).`;
      this.draw(heldSentence(heldMatches(bundle, code)), [], `${source} Nomor suratnya tidak dapat dicocokkan.`);
      return;
    }
    const wait = `Terlalu banyak percobaan untuk nomor ini. Coba lagi ${span(told.seconds * 1000)} lagi.`;
    this.refuse("number", told.kind === "wait" ? wait : NOT_CHECKED);
    this.fields.number.focus();
  }

  draw(sentence, facts, source) {
    const { app, ways } = this;
    const place = byId("verdict");
    Object.assign(place.dataset, { outcome: "indeterminate", tone: "amber", genuine: "false", source: "typed" });
    const again = button("Ketik lagi", () => this.open(), { id: "type-again", class: "secondary" });
    const next = button("Pindai berikutnya", ways.scan, { id: "next", class: "big" });
    fill(
      place,
      ...demoWord(app),
      banner("indeterminate", "amber", WORDS.indeterminate.id, sentence),
      element("p", { id: "data-age", class: "hint" }, source),
      element("ul", { id: "advisories", class: "notes" }, element("li", {}, ...reasonSentences(["typed_only"]))),
      ...(facts.length > 0 ? [element("dl", { id: "facts", class: "facts card" }, ...rows(facts))] : []),
      element("p", { id: "marking", class: "marking hint", "data-marking": "none" }, ON_PAPER),
      element("div", { class: "bar" }, again, next),
    );
    show("verdict", next);
    signal("indeterminate", "amber", false, app.preferences.all());
    say(`${WORDS.indeterminate.id}. ${sentence}`);
  }
}

function foundSentence({ found, status, registry, checked_at: checkedAt }) {
  if (!found)
    return "Nomor dan kode ini tidak cocok dengan surat yang tercatat. Periksa ketikannya, atau hubungi Disdukcapil.";
  const over = status === "issued" && registry?.valid_until && registry.valid_until < checkedAt.slice(0, 10);
  const state = over ? "terbit, tetapi masa berlakunya sudah lewat" : (STATES[status] ?? "tidak diketahui");
  return (
    `Nomor dan kode cocok dengan surat yang tercatat; keadaannya ${state}. Cocokkan isi surat dengan yang ` +
    `di bawah.`
  );
}

function heldSentence(matches) {
  if (matches === null)
    return "Tanpa sambungan, kode periksa hanya dapat dicocokkan dengan data TPS, dan ponsel ini tidak memegangnya.";
  if (matches.length === 0)
    return "Kode periksa ini tidak ada dalam data kelurahan/desa TPS ini. Surat dari wilayah lain tidak termuat.";
  const states = matches.map(({ status }) => STATES[status] ?? "tidak diketahui");
  return `Kode periksa ini ada dalam data TPS ini; keadaan suratnya ${[...new Set(states)].join(" atau ")}.`;
}

function registryRows({ found, seal, registry }) {
  if (!found || !seal) return [];
  const until = registry ? registry.valid_until : seal.valid_until;
  return [
    ["Nama", seal.name],
    ["NIK", seal.nik],
    ["Lahir", String(seal.birth_year)],
    ["Kelamin", seal.sex === "F" ? "Perempuan" : "Laki-laki"],
    ["Kel./desa", seal.village_name || seal.village],
    ["Terbit", longDate(seal.issued_on)],
    ["Berlaku", until === null ? "sampai KTP-el diterbitkan" : `s.d. ${longDate(until)}`],
    ...(registry ? [["Nomor", ...breakable(registry.number)]] : []),
  ];
}
