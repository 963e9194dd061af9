// What this phone has marked today, what waits to be sent, and letters that were shown elsewhere too. By time and
// position in a list alone: the phone keeps no names.
import { button, byId, element, fill } from "./elements.js";
import { doubtful, exportUnsent, inForce, undo } from "./presentations.js";
import { ask, show, trouble } from "./screen.js";
import { answerOf } from "./store.js";
import { synchronise } from "./sync.js";
import { WORDS } from "./verdict.js";
import { clockTime, conflictSentence } from "./wording.js";

const LINES = {
  offline: "Tidak ada sambungan. Dikirim sendiri begitu ada.",
  waiting: "Kantor belum mengesahkan ponsel ini; catatan dikirim sesudahnya.",
  revoked: "Pendaftaran ponsel ini sudah dicabut. Simpan sebagai berkas dan hubungi Disdukcapil.",
  refused: "Layanan tidak menerima kiriman. Coba lagi, atau simpan sebagai berkas.",
};

const ODD = "catatan tidak cocok dengan catatan Disdukcapil. Hubungi kantornya.";

/** The list of this phone's marks. */
export class Today {
  /** @param {{home: () => void, changed: (result: object) => Promise<void>}} ways */
  constructor(app, ways) {
    this.app = app;
    this.ways = ways;
    byId("today-back").addEventListener("click", ways.home);
  }

  async open() {
    show("today");
    await this.draw();
  }

  async draw() {
    const { store } = this.app;
    const events = await allEvents(store);
    const odd = (await doubtful(store)).length;
    drawConflicts(byId("conflicts"), this.app.conflicts);
    this.drawUnsent(odd);
    const day = new Date().toDateString();
    const today = inForce(events).filter((each) => new Date(each.at * 1000).toDateString() === day);
    today.sort((one, other) => other.at - one.at);
    byId("marks-title").textContent = `Hari ini: ${today.length} catatan`;
    fill(byId("marks"), ...today.map((each) => this.markOf(each)));
  }

  markOf(event) {
    const position = `daftar ${event.list}, urutan ${event.index}`;
    const time = `pukul ${clockTime(event.at)}`;
    const word = WORDS[event.outcome]?.id.toLowerCase() ?? event.outcome;
    const sent = event.waiting === undefined ? "terkirim" : "belum terkirim";
    const said = [
      element("strong", {}, `Pukul ${clockTime(event.at)}`),
      element("p", { class: "hint" }, `${position} · ${word} · ${sent}`),
    ];
    const own = this.app.device !== null && event.station === this.app.device.station.id;
    const label = { class: "secondary", "aria-label": `Batalkan catatan ${time}, ${position}` };
    const undoing = own ? [button("Batalkan", () => this.takeBack(event), label)] : [];
    return element("li", { "data-event": event.id }, element("div", {}, ...said), ...undoing);
  }

  async takeBack(event) {
    const text = `Catatan pukul ${clockTime(event.at)} dibatalkan. Pembatalannya ikut tercatat.`;
    if (!(await ask("Batalkan catatan ini?", text, "Batalkan catatan", "Jangan"))) return;
    let done = "Catatan dibatalkan.";
    try {
      await undo(this.app.store, event.id, new Date());
    } catch {
      done = "Belum dibatalkan: tidak dapat menyimpan. Coba lagi.";
    }
    await this.draw();
    byId("line").textContent = done;
    byId("today-title").focus();
  }

  drawUnsent(odd) {
    const count = this.app.unsent;
    const sentence = count === 0 ? "Semua catatan sudah terkirim." : `${count} belum terkirim.`;
    const label = count === 0 ? "Periksa kabar sekarang" : `Kirim sekarang (${count} belum terkirim)`;
    const parts = [element("p", { id: "unsent-count" }, sentence)];
    if (odd > 0) parts.push(element("p", { id: "doubtful" }, `${odd} ${ODD}`));
    const ways = [button(label, () => this.send(), { id: "send" })];
    const saving = button("Simpan sebagai berkas", () => this.save(), { id: "export", class: "secondary" });
    if (count > 0 || odd > 0) ways.push(saving);
    const line = byId("line")?.textContent ?? "";
    parts.push(element("p", { class: "ways" }, ...ways), element("p", { id: "line", role: "status" }, line));
    fill(byId("unsent"), ...parts);
  }

  async send() {
    const { store, unsent } = this.app;
    byId("send").disabled = true;
    const failed = { state: "refused", unsent };
    const result = await synchronise(store, new Date()).catch(() => failed);
    await this.ways.changed(result);
    await this.draw();
    const left = result.unsent === 0 ? "Semua terkirim." : `${result.unsent} belum terkirim.`;
    byId("line").textContent = LINES[result.state] ?? left;
    byId("send").focus();
  }

  async save() {
    const text = await exportUnsent(this.app.store, new Date());
    const address = URL.createObjectURL(new Blob([text], { type: "application/json" }));
    const link = element("a", { href: address, download: `catatan-tps-${fileTime(new Date())}.json` });
    link.click();
    setTimeout(() => URL.revokeObjectURL(address), 60000);
    byId("line").textContent = "Berkas disimpan. Serahkan kepada Disdukcapil; isinya tanpa nama dan NIK.";
  }
}

function fileTime(now) {
  return now.toISOString().slice(0, 16).replace(/[T:]/g, "-");
}

/** The letters shown twice, as the service has told them. */
function drawConflicts(place, conflicts) {
  const items = conflicts.map((each) =>
    element(
      "li",
      { "data-conflict": `${each.list}/${each.index}` },
      element("strong", {}, `Pukul ${clockTime(each.here.at)} di sini`),
      element("p", {}, `${conflictSentence(each)} Daftar ${each.list}, urutan ${each.index}.`),
    ),
  );
  trouble(
    place,
    items.length === 0 ? null : `${items.length} surat ditunjukkan lebih dari satu kali`,
    element("ul", { class: "conflicts" }, ...items),
  );
}

function allEvents(store) {
  return store.transact(["events"], "readonly", (at) => answerOf(at("events").getAll()));
}
