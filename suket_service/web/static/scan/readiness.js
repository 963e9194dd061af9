// Is this phone ready for the polling day? One line each: data, app, storage, clock, camera, enrolment, unsent marks.
// Only tells; what to do about it stands in the line.
import { byId, element, fill } from "./elements.js";
import { askPersist } from "./store.js";
import { clockSentence } from "./verdict-screen.js";
import { age, moment, shortMoment } from "./wording.js";

const MARKS = { good: "✓", doubtful: "!", bad: "✕", open: "…" };
const SPOKEN = { good: "beres", doubtful: "perhatikan", bad: "belum beres", open: "belum diketahui" };
const URGENCY = ["bad", "doubtful", "open", "good"]; // what is to be done stands first
const REFUSED = {
  older: "Data yang baru ditawarkan ternyata lebih lama; yang dipegang tetap dipakai.",
  untrusted:
    "Data yang baru ditawarkan tidak ditandatangani oleh kunci yang dipercaya; yang dipegang tetap dipakai. " +
    "Hubungi Disdukcapil.",
  unreadable: "Data yang baru ditawarkan tidak terbaca; yang dipegang tetap dipakai.",
};

/** Draw the list; `app` as main.js keeps it. */
export async function drawReadiness(app) {
  const now = new Date();
  const lines = [
    dataLine(app, now),
    await appLine(),
    storageLine(app.persisted),
    clockLine(app),
    await cameraLine(),
    deviceLine(app.device),
    unsentLine(app),
  ].filter(Boolean);
  lines.sort((one, other) => URGENCY.indexOf(one[1]) - URGENCY.indexOf(other[1]));
  fill(byId("readiness"), ...lines.map(draw));
}

function draw([name, state, title, sentence]) {
  return element(
    "li",
    { "data-ready": name, "data-state": state },
    element("span", { class: "mark", "aria-hidden": "true" }, MARKS[state]),
    element(
      "div",
      {},
      element("strong", {}, title, element("span", { class: "visually-hidden" }, ` (${SPOKEN[state]})`)),
      element("p", {}, sentence),
    ),
  );
}

function dataLine({ held, refused, offline, refreshing }, now) {
  if (held === null) {
    const waiting = refreshing
      ? "Sedang diambil…"
      : "Belum ada data: sambungkan ponsel ke internet satu kali, lalu sentuh “Perbarui data sekarang”.";
    return ["data", refreshing ? "open" : "bad", "Data surat", waiting];
  }
  const { bundle, source, pinnedBy } = held;
  const fresh = now.getTime() / 1000 <= bundle.staleAfter;
  const parts = [
    `${source === "station" ? "Data TPS" : "Data umum"}, ${shortMoment(bundle.asOf, now)} (${age(bundle.asOf, now)}).`,
    fresh
      ? `Segar sampai ${moment(bundle.staleAfter)}.`
      : `Terlalu lama sejak ${moment(bundle.staleAfter)}: sambungkan ke internet.`,
  ];
  if (pinnedBy !== "paper") parts.push("Penandatangan belum dicocokkan dengan lembar TPS.");
  if (refused !== null) parts.push(REFUSED[refused]);
  else if (offline) parts.push("Layanan sedang tidak terjangkau.");
  const state = !fresh ? "bad" : refused !== null ? "doubtful" : "good";
  return ["data", state, "Data surat", parts.join(" ")];
}

async function appLine() {
  const kept = await keptOffline();
  if (kept) return ["app", "good", "Aplikasi", "Tersimpan: dapat dibuka tanpa internet."];
  return [
    "app",
    "bad",
    "Aplikasi",
    "Belum tersimpan untuk dipakai tanpa internet. Biarkan halaman ini terbuka sebentar selagi ada sambungan.",
  ];
}

async function keptOffline() {
  const container = navigator.serviceWorker;
  if (!container) return false;
  const registration = await container.getRegistration("/scan/").catch(() => undefined);
  return Boolean(registration?.active);
}

/** Ask the browser to keep what is stored; remembered as it answered. */
export async function askToKeep(app) {
  app.persisted = await askPersist();
}

function storageLine(persisted) {
  if (persisted === null) return ["storage", "open", "Penyimpanan", "Belum ditanyakan kepada peramban."];
  if (persisted.granted)
    return ["storage", "good", "Penyimpanan", "Peramban berjanji tidak menghapus data aplikasi ini."];
  const advice = "Pasang di layar utama, sisakan ruang, dan kirim catatan sesering mungkin.";
  if (!persisted.asked)
    return ["storage", "doubtful", "Penyimpanan", `Peramban ini tidak dapat berjanji menjaga data. ${advice}`];
  return ["storage", "doubtful", "Penyimpanan", `Peramban belum berjanji menjaga data bila ponsel penuh. ${advice}`];
}

function clockLine({ clock, clockHeard }) {
  if (clock !== null) return ["clock", "bad", "Jam ponsel", clockSentence(clock)];
  if (!clockHeard) return ["clock", "open", "Jam ponsel", "Belum dapat dicocokkan: sambungkan ke internet satu kali."];
  return ["clock", "good", "Jam ponsel", "Cocok dengan jam layanan."];
}

async function cameraLine() {
  let state = "prompt";
  try {
    ({ state } = await navigator.permissions.query({ name: "camera" }));
  } catch {
    // Some browsers have cameras and no word about them.
  }
  if (state === "granted") return ["camera", "good", "Kamera", "Diizinkan."];
  if (state === "denied")
    return [
      "camera",
      "bad",
      "Kamera",
      "Belum diizinkan. Sentuh gembok di kiri alamat, buka Izin, lalu izinkan Kamera.",
    ];
  return ["camera", "open", "Kamera", "Izinnya ditanyakan saat mulai memindai: pilih Izinkan."];
}

function deviceLine(device) {
  if (device === null) return ["device", "open", "Pendaftaran", "Belum terdaftar di TPS."];
  if (device.state === "active")
    return ["device", "good", "Pendaftaran", "Sudah disahkan oleh kantor Disdukcapil."];
  if (device.state === "waiting")
    return ["device", "doubtful", "Pendaftaran", `Menunggu pengesahan kantor. Bacakan kode ${device.confirmation}.`];
  return [
    "device",
    "bad",
    "Pendaftaran",
    "Sudah dicabut oleh kantor. Surat masih dapat diperiksa; hubungi Disdukcapil.",
  ];
}

function unsentLine({ device, unsent }) {
  if (device === null && unsent === 0) return null;
  if (unsent === 0) return ["unsent", "good", "Catatan", "Semua terkirim."];
  return ["unsent", "doubtful", "Catatan", `${unsent} belum terkirim. Dikirim sendiri bila ada sambungan.`];
}
