// Becoming a station's phone: the sheet's QR or its code by hand, then the code that is read to the desk, and leaving.
// The enrolment code is never shown again and never kept.
import { byId, element, fill } from "./elements.js";
import { enrol, leaveStation, readEnrolment } from "./device.js";
import { ask, say, show, trouble } from "./screen.js";
import { openingHours } from "./wording.js";

const TROUBLES = {
  offline:
    "Layanan tidak terjangkau. Pendaftaran memerlukan internet satu kali: cari sambungan, lalu ulangi dengan " +
    "lembar yang sama.",
  not_ready: "Layanan sedang tidak siap. Ulangi sebentar lagi dengan lembar yang sama.",
  insecure: "Pendaftaran hanya dapat dilakukan pada alamat yang aman (https).",
  already_enrolled: "Ponsel ini sudah terdaftar. Lepaskan dahulu dari TPS-nya lewat Setelan.",
  registry_differs:
    "Situs ini bukan yang tercetak pada lembar: sidik kuncinya berbeda. Kode belum dikirim. Cocokkan alamatnya " +
    "dengan lembar, dan hubungi Disdukcapil.",
  wrong_answer: "Jawaban layanan tidak cocok dengan ponsel ini. Hubungi Disdukcapil.",
  too_many_tries: "Terlalu banyak percobaan. Coba lagi beberapa menit lagi.",
  enrolment_code_unknown:
    "Kode ini tidak berlaku: salah ketik, sudah dipakai, atau sudah lewat waktunya. Periksa lembarnya, atau " +
    "minta lembar baru kepada Disdukcapil.",
  storage_full: "Penyimpanan ponsel penuh. Kosongkan ruang, lalu ulangi dengan lembar yang sama.",
};
const UNKNOWN = "Pendaftaran tidak berhasil. Ulangi dengan lembar yang sama; bila tetap gagal, hubungi Disdukcapil.";
const NOT_A_SHEET = "Itu bukan kode dan sidik kunci dari lembar pendaftaran. Periksa ketikannya.";
const OTHER_HOST = "Lembar ini menyebut alamat lain";

/** The enrolment screen. */
export class Enrolment {
  /** @param {{scan: () => void, home: () => void, changed: () => Promise<*>}} ways `scan` looks for the sheet's QR */
  constructor(app, ways) {
    this.app = app;
    this.ways = ways;
    this.busy = false;
    byId("enrol-back").addEventListener("click", ways.home);
    byId("enrol-scan").addEventListener("click", ways.scan);
    byId("enrol-form").addEventListener("submit", (event) => {
      event.preventDefault();
      const sheet = readEnrolment(`${byId("enrol-code").value} ${byId("enrol-kid").value}`);
      if (sheet === null) tell(NOT_A_SHEET);
      else this.become(sheet);
    });
  }

  open() {
    tell(null);
    this.draw();
    show("enrol");
  }

  /** For whoever has no camera: the fields for the code. */
  openByHand() {
    this.open();
    byId("enrol-by-hand").open = true;
    byId("enrol-code").focus();
  }

  draw() {
    const { device } = this.app;
    const place = byId("enrol-wait");
    byId("enrol-ask").hidden = device !== null && device.state !== "revoked";
    place.hidden = device === null || device.state === "revoked";
    const drawn = place.hidden ? "" : `${device.id} ${device.state}`;
    if (place.dataset.drawn === drawn) return; // drawn anew it would be read aloud anew
    place.dataset.drawn = drawn;
    if (drawn === "") fill(place);
    else fill(place, ...(device.state === "waiting" ? waitingWords(device) : confirmedWords()));
  }

  /** Become the device of the station whose sheet this is. */
  async become(sheet) {
    if (sheet.host !== null && sheet.host !== location.host) {
      tell(`${OTHER_HOST}: ${sheet.host}. Alamat itu tidak dibuka. Buka sendiri alamat yang tercetak pada lembar.`);
      return;
    }
    if (this.busy) return;
    this.busy = true;
    tell(null);
    say("Mendaftarkan…");
    try {
      await enrol(this.app.store, sheet, byId("enrol-name").value.trim() || "Ponsel TPS");
      for (const field of ["enrol-code", "enrol-kid"]) byId(field).value = "";
      await this.ways.changed();
      this.open();
    } catch (error) {
      tell(TROUBLES[error.code] ?? UNKNOWN);
    } finally {
      this.busy = false;
    }
  }

  /** The phone's camera opened a link that is no sheet's. */
  unreadable() {
    tell("Tautan pendaftaran ini tidak lengkap. Pindai kode QR lembar di sini, atau ketik kodenya.");
  }
}

function tell(sentence) {
  const place = byId("enrol-trouble");
  trouble(place, sentence);
  if (sentence !== null) place.scrollIntoView({ block: "center" });
}

function confirmedWords() {
  return [element("p", { class: "done", role: "status" }, "Ponsel ini sudah disahkan. Pasang aplikasinya di layar utama, lalu coba memindai satu surat.")];
}

function waitingWords({ confirmation, station, election }) {
  return [
    element("p", {}, `TPS ${station.code} ${station.villageName ?? station.village} · ${election.name}`),
    element("p", {}, "Bacakan kode ini kepada petugas kantor Disdukcapil:"),
    element("p", { id: "confirmation", class: "confirmation" }, confirmation),
    element(
      "p",
      { role: "status" },
      "Menunggu pengesahan. Halaman ini berganti sendiri; sementara itu surat sudah dapat diperiksa.",
    ),
  ];
}

/** The station this phone belongs to, on the start screen. */
export function drawStation(device) {
  const place = byId("station");
  if (device === null) {
    fill(
      place,
      element("strong", {}, "Belum terdaftar di TPS"),
      element("p", {}, "Dapat memeriksa surat, belum dapat mencatat pemakaiannya."),
    );
    return;
  }
  const { station, election, state, name } = device;
  const served = station.neighbourhoods.length > 0 ? ` RT/RW ${station.neighbourhoods.join(", ")}.` : "";
  const states = { waiting: "Menunggu pengesahan kantor.", revoked: "Pendaftaran dicabut oleh kantor." };
  fill(
    place,
    element("strong", {}, `TPS ${station.code} ${station.villageName ?? station.village}`),
    element("p", {}, `${election.name}, ${openingHours(election)}.${served}`),
    element("p", { class: "hint" }, [name, states[state]].filter(Boolean).join(" · ")),
  );
}

/** Leave the station, when that is really wanted; whether it was done. */
export async function leave(app) {
  const unsent =
    app.unsent > 0 ? ` ${app.unsent} catatan belum terkirim: kirim atau simpan sebagai berkas dahulu.` : "";
  const text =
    `Ponsel ini tidak lagi dapat mencatat pemakaian surat, dan untuk mendaftar lagi perlu lembar ` + `baru.${unsent}`;
  if (!(await ask("Lepaskan ponsel dari TPS?", text, "Lepaskan"))) return false;
  await leaveStation(app.store, { evenUnsent: true });
  return true;
}
