// The scanner: puts its parts together and leads from one screen to another. Judges no letter itself.
// The enrolment code leaves the address before anything else happens.
import { button, byId } from "./elements.js";
import { chosen } from "./decoder.js";
import { readEnrolment } from "./device.js";
import { Enrolment, leave } from "./enrolment-screen.js";
import { Judge } from "./judging.js";
import { listenForScanner } from "./keyboard-scanner.js";
import { createApp, freshen, know } from "./knowing.js";
import { openPreferences } from "./preferences.js";
import { askToKeep } from "./readiness.js";
import { Scanning } from "./scanning.js";
import { ask, current, onBack, say, show, trouble } from "./screen.js";
import { allowSound } from "./signals.js";
import { drawStart, offerUpdate, wireSettings } from "./start-screen.js";
import { openStore } from "./store.js";
import { keepSynchronised, synchronise } from "./sync.js";
import { Today } from "./today-screen.js";
import { TypedScreen } from "./typed-screen.js";
import { watchUpdates } from "./updates.js";

const REFRESH_EVERY_MS = 15 * 60 * 1000;
const ASK_FOR_CONFIRMATION_EVERY_MS = 5000;
const NOT_SECURE =
  "Pemindai hanya dapat dipakai pada alamat yang aman, yang diawali https. Buka alamat yang tercetak pada lembar " +
  "pendaftaran atau pada surat.";
const TOO_OLD =
  "Peramban ini terlalu lama untuk pemindai. Perbarui Chrome, atau hubungi Disdukcapil dan sebutkan nomor surat " +
  "serta kode periksanya.";
const NO_STORE =
  "Peramban ini tidak mengizinkan penyimpanan bagi pemindai. Tutup mode penyamaran, kosongkan ruang, lalu muat ulang.";
const NO_DATA = "Belum ada data: sambungkan ponsel ke internet satu kali, lalu coba lagi.";

let sheetInAddress = takeSheet();

/** The sheet in the address, or "unreadable", or null; whatever it was, the address is clean afterwards. */
function takeSheet() {
  if (!location.hash.startsWith("#enrol=")) return null;
  const sheet = readEnrolment(location.hash);
  history.replaceState(history.state, "", location.pathname);
  return sheet ?? "unreadable";
}

class Scanner {
  constructor(app) {
    this.app = app;
    this.purpose = "letters"; // what the camera looks for: letters, or the enrolment sheet
    const [home, scan, typed] = [() => this.home(), () => this.scan("letters"), () => this.type()];
    const renew = () => this.renew();
    this.scanning = new Scanning(app, (texts) => (this.purpose === "sheet" ? this.seeSheet(texts) : this.see(texts)));
    this.typed = new TypedScreen(app, { scan });
    this.judge = new Judge(app, { next: scan, typed, refresh: renew });
    this.today = new Today(app, { home, changed: (result) => this.heard(result) });
    this.enrolment = new Enrolment(app, { home, scan: () => this.scan("sheet"), changed: renew });
  }

  scan(purpose) {
    this.judge.leave();
    this.purpose = purpose;
    this.scanning.open(purpose);
  }

  type() {
    this.leaveTo(() => this.typed.open());
  }

  leaveTo(open) {
    this.scanning.stop();
    this.judge.leave();
    open();
  }

  see(texts) {
    const seal = chosen(texts);
    if (seal === null) return false;
    this.scanning.stop();
    this.judge.judge(seal.text ?? "");
    return true;
  }

  seeSheet(texts) {
    const sheet = texts.map(readEnrolment).find((each) => each !== null);
    if (sheet === undefined) return false;
    this.leaveTo(() => this.enrolment.open());
    this.enrolment.become(sheet);
    return true;
  }

  async home() {
    show("start");
    trouble(byId("start-trouble"), null);
    await know(this.app);
    this.drawAlarm();
    await drawStart(this.app);
  }

  /** Fetch newer data and the device's state; whether the data has changed. */
  async renew() {
    const { app } = this;
    const before = app.device?.state;
    const changing = freshen(app);
    await drawStart(app);
    const changed = await changing;
    await drawStart(app);
    if (current() === "enrol") this.enrolment.draw();
    if (before === "waiting" && app.device?.state === "active") this.confirmed();
    return changed;
  }

  confirmed() {
    say("Ponsel ini sudah disahkan oleh kantor.");
    const heard = (result) => this.heard(result);
    synchronise(this.app.store, new Date()).then(heard, () => {});
  }

  /** Something was sent, or heard from other stations. */
  async heard(result) {
    const { app } = this;
    const before = app.device?.state;
    await know(app);
    if (before === "waiting" && app.device?.state === "active") await this.renew();
    this.drawAlarm();
    this.judge.heard(result.state);
    await drawStart(app);
    if (current() === "enrol") this.enrolment.draw();
    if (current() === "today") await this.today.draw();
  }

  drawAlarm() {
    const { conflicts } = this.app;
    const sentence = conflicts.length === 0 ? null : `${conflicts.length} surat ditunjukkan lebih dari satu kali.`;
    const alarm = byId("alarm");
    if (sentence === (alarm.firstChild?.textContent ?? null)) return;
    const seeing = button("Lihat", () => this.list(), { class: "secondary", id: "see-conflicts" });
    trouble(alarm, sentence, seeing);
    if (sentence !== null && current() !== "verdict") say(sentence, true);
  }

  list() {
    this.leaveTo(() => this.today.open());
  }

  async scanOrSay() {
    allowSound();
    if (this.app.held === null) await this.renew();
    if (this.app.held !== null) {
      this.scan("letters");
      return;
    }
    trouble(
      byId("start-trouble"),
      NO_DATA,
      button("Coba lagi", () => this.scanOrSay(), { id: "begin-again" }),
    );
  }

  async enrolFromAddress() {
    const sheet = sheetInAddress;
    sheetInAddress = null;
    if (sheet === null) return;
    this.leaveTo(() => this.enrolment.open());
    if (sheet === "unreadable") {
      this.enrolment.unreadable();
      return;
    }
    const text = "Lembar pendaftaran TPS terbaca. Ponsel ini akan terdaftar untuk mencatat pemakaian surat di TPS itu.";
    byId("question-naming").hidden = false;
    const wanted = await ask("Daftarkan ponsel ini?", text, "Daftarkan");
    byId("question-naming").hidden = true;
    if (!wanted) return;
    byId("enrol-name").value = byId("question-name").value;
    await this.enrolment.become(sheet);
  }

  async leaveStation() {
    if (!(await leave(this.app))) return;
    await this.home();
    await this.renew();
  }

  wire() {
    const press = (id, action) => byId(id).addEventListener("click", action);
    press("begin", () => this.scanOrSay());
    press("to-typed", () => (this.purpose === "sheet" ? this.leaveTo(() => this.enrolment.openByHand()) : this.type()));
    press("stop-scanning", () => this.leaveTo(() => (this.purpose === "sheet" ? this.enrolment.open() : this.home())));
    for (const id of ["to-today", "counter"]) press(id, () => this.list());
    press("to-enrol", () => this.enrolment.open());
    press("leave", () => this.leaveStation());
    press("refresh", async () => {
      await this.renew();
      say(this.app.offline ? "Layanan tidak terjangkau." : "Data yang terbaru sudah ada di ponsel ini.");
    });
    onBack((screen) => {
      const scans = ["verdict", "typed"].includes(screen);
      this.leaveTo(() => (scans ? this.scan("letters") : this.home()));
    });
    window.addEventListener("hashchange", () => {
      sheetInAddress = takeSheet();
      this.enrolFromAddress();
    });
    wireSettings(this.app);
  }

  listen() {
    const screens = ["scanning", "verdict", "typed"];
    listenForScanner(
      () => this.app.held !== null && this.purpose === "letters" && screens.includes(current()),
      (text) => {
        this.scanning.stop();
        this.judge.judge(text);
      },
    );
  }

  keepUp() {
    const { app } = this;
    setInterval(() => document.hidden || this.renew(), REFRESH_EVERY_MS);
    // Somebody at the desk is about to confirm: the phone's holder should not wait for the next round.
    setInterval(() => {
      if (current() === "enrol" && app.device?.state === "waiting" && !document.hidden) this.renew();
    }, ASK_FOR_CONFIRMATION_EVERY_MS);
    keepSynchronised(app.store, (result) => this.heard(result));
    watchUpdates(offerUpdate, () => app.held?.bundle.elections ?? []).then(async (possible) => {
      if (possible) await navigator.serviceWorker.ready; // all of the app is stored, or nothing
      await drawStart(app);
    });
  }
}

/** Why this browser cannot be a scanner, or null. */
function whyNot() {
  if (!window.isSecureContext) return NOT_SECURE;
  const able = [window.indexedDB, window.DecompressionStream, window.BigInt, window.crypto?.subtle];
  return able.every(Boolean) ? null : TOO_OLD;
}

async function begin() {
  let app;
  const refusal = whyNot();
  try {
    if (refusal !== null) throw new Error(refusal);
    const store = await openStore();
    app = createApp(store, await openPreferences(store));
    await know(app);
  } catch {
    byId("opening").textContent = refusal ?? NO_STORE;
    return;
  }
  const scanner = new Scanner(app);
  scanner.wire();
  scanner.listen();
  await scanner.home();
  await askToKeep(app);
  scanner.keepUp();
  scanner.renew();
  await scanner.enrolFromAddress();
}

begin();
