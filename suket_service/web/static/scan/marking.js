// "Used here": one tap on a genuine letter, taken back by another. Says what became of it. Decides no verdict.
import { button, element, fill } from "./elements.js";
import { markShown, undo } from "./presentations.js";
import { ask, say } from "./screen.js";
import { answerOf } from "./store.js";
import { clockTime, conflictSentence, usedBefore } from "./wording.js";

const NO_ROOM =
  "Tidak tersimpan: penyimpanan ponsel penuh. Kosongkan ruang, lalu coba lagi; sementara itu catat di kertas.";

const NOT_KEPT = "Tidak tersimpan. Coba lagi, atau catat di kertas.";
const UNDO = { id: "undo", class: "secondary" };

/** Why a letter cannot be marked on this phone, or null when it can. */
function whyNot(verdict, device) {
  if (!verdict.genuine) return "Tidak dapat dicatat di ponsel: segelnya tidak terbukti. Catat di kertas.";
  if (device === null) return "Pemakaian surat tidak dicatat: ponsel ini belum terdaftar di TPS.";
  if (device.state === "revoked") return "Pemakaian surat tidak dicatat: pendaftaran ponsel ini sudah dicabut.";
  return null;
}

/** The panel and the button for one verdict. */
export class Marking {
  /**
   * @param {object} shown see verdict-screen.js; its verdict at the time of the tap is what is recorded
   * @param {object} app see knowing.js
   * @param {{onMarked: () => void, onUndone: () => void, onConflict: () => void}} ways
   */
  constructor(shown, { store, device }, ways) {
    this.shown = shown;
    this.store = store;
    this.ways = ways;
    this.event = null; // the mark in force
    this.panel = element("div", { id: "marking", class: "marking", "data-marking": "open" });
    const label = shown.verdict.tone === "red" ? "Catat: ditunjukkan di sini" : "Catat: dipakai di sini";
    this.button = button(label, () => this.tap(), { id: "mark", class: "secondary" });
    const refusal = whyNot(shown.verdict, device);
    this.possible = refusal === null;
    if (this.possible) return;
    this.panel.dataset.marking = "none";
    fill(this.panel, element("p", { class: "hint" }, refusal));
  }

  get buttons() {
    return this.possible ? [this.button] : [];
  }

  async tap() {
    const used = usedBefore(this.shown.before, new Date());
    if (used !== null && !(await ask("Catat sekali lagi?", used, "Catat sekali lagi"))) return;
    this.button.disabled = true;
    try {
      this.event = await markShown(this.store, this.shown.verdict, new Date());
    } catch (error) {
      this.button.disabled = false;
      this.tell("failed", error.code === "storage_full" ? NO_ROOM : NOT_KEPT);
      return;
    }
    this.button.hidden = true;
    this.tell("saved", "Tersimpan di ponsel ini.");
    this.ways.onMarked();
  }

  async takeBack() {
    try {
      await undo(this.store, this.event.id, new Date());
    } catch {
      this.tell("saved", "Belum dibatalkan: tidak dapat menyimpan. Coba lagi.");
      return;
    }
    this.event = null;
    this.button.hidden = false;
    this.button.disabled = false;
    this.tell("open", "Catatan dibatalkan.");
    this.button.focus();
    this.ways.onUndone();
  }

  /** Say what became of the mark after the line was tried. */
  async update(line, conflicts) {
    const mine = this.event;
    if (mine === null) return;
    const event = await eventOf(this.store, mine.id);
    if (mine !== this.event) return;
    const conflict = conflicts.find((each) => each.list === mine.list && each.index === mine.index);
    const [state, sentence] = fate(event, conflict, line);
    const news = this.panel.dataset.marking !== state;
    this.tell(state, sentence);
    if (news && state === "conflict") this.ways.onConflict();
  }

  tell(state, sentence) {
    const { panel, event } = this;
    const whole = event === null ? sentence : `Tercatat pukul ${clockTime(event.at)}. ${sentence}`;
    const same = panel.dataset.marking === state && panel.firstChild?.textContent === whole;
    if (same) return; // drawn anew it would be read aloud anew, and a finger on its button would miss
    const focused = document.activeElement?.id === "undo";
    const undoing = event === null ? [] : [button("Batalkan", () => this.takeBack(), UNDO)];
    panel.dataset.marking = state;
    fill(panel, element("p", {}, whole), ...undoing);
    if (focused && undoing.length > 0) undoing[0].focus({ preventScroll: true });
    say(whole, state === "conflict" || state === "failed");
  }
}

function eventOf(store, id) {
  return store.transact(["events"], "readonly", (at) => answerOf(at("events").get(id)));
}

/** What became of an event: [state, sentence]. */
function fate(event, conflict, line) {
  if (conflict !== undefined) return ["conflict", conflictSentence(conflict)];
  const result = event?.answer?.result ?? null;
  if (result === "stored" || result === "known") return ["sent", "Sudah terkirim."];
  if (result === "unproven")
    return ["doubtful", "Terkirim, tetapi tidak cocok dengan catatan Disdukcapil: hubungi kantornya."];
  if (result === "refused")
    return ["doubtful", "Tidak diterima oleh layanan. Simpan sebagai berkas dan hubungi Disdukcapil."];
  if (line === "waiting") return ["saved", "Tersimpan di ponsel ini; dikirim sesudah ponsel disahkan kantor."];
  return ["saved", "Tersimpan di ponsel ini; dikirim sendiri bila ada sambungan."];
}
