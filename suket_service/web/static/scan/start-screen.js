// The first screen: whose phone this is, whether it is ready, how it likes to work, and a newer app. Judges no letter.
import { button, byId, fill } from "./elements.js";
import { drawStation } from "./enrolment-screen.js";
import { drawReadiness } from "./readiness.js";
import { current, trouble } from "./screen.js";
import { allowSound, signal } from "./signals.js";
import { apply } from "./updates.js";

const NO_ROOM = "Penyimpanan ponsel penuh: data baru tidak tersimpan. Kosongkan ruang, lalu perbarui data lagi.";

/** The page's head, and the first screen when it is the one that is shown. */
export async function drawStart(app) {
  const { device, unsent } = app;
  if (app.held?.bundle.environment === "demo") byId("demo-stripe").hidden = false;
  const counter = byId("counter");
  counter.hidden = device === null;
  byId("brand-word").hidden = device !== null && unsent > 0; // both do not fit beside each other
  counter.textContent =
    device === null ? "" : `TPS ${device.station.code}${unsent > 0 ? ` · ${unsent} belum terkirim` : ""}`;
  if (current() !== "start") return;
  drawStation(device);
  byId("to-enrol").hidden = device !== null && device.state === "active";
  byId("to-enrol").textContent = device?.state === "waiting" ? "Kode pengesahan" : "Daftarkan ponsel";
  byId("to-today").hidden = device === null && unsent === 0;
  byId("leave").hidden = device === null;
  if (app.full) trouble(byId("start-trouble"), NO_ROOM);
  await drawReadiness(app);
}

/** How the officer likes it, as the controls say it. */
export function drawPreferences({ preferences }) {
  const { sound, vibration, autoNext } = preferences.all();
  byId("sound").checked = sound;
  byId("vibration").checked = vibration;
  byId("auto-next").value = String(autoNext);
  byId("mute").textContent = sound ? "Bunyi: nyala" : "Bunyi: mati";
}

/** Wire the settings and the offer to install. */
export function wireSettings(app) {
  const prefer = async (name, value) => {
    await app.preferences.set(name, value);
    drawPreferences(app);
  };
  for (const name of ["sound", "vibration"]) {
    byId(name).addEventListener("change", () => prefer(name, byId(name).checked));
  }
  byId("auto-next").addEventListener("change", () => prefer("autoNext", Number(byId("auto-next").value)));
  byId("mute").addEventListener("click", () => prefer("sound", !app.preferences.get("sound")));
  byId("try-sound").addEventListener("click", () => {
    allowSound();
    setTimeout(() => signal("valid", "green", false, app.preferences.all()), 100);
  });
  drawPreferences(app);
  wireInstalling();
}

function wireInstalling() {
  let prompt = null;
  window.addEventListener("beforeinstallprompt", (event) => {
    event.preventDefault();
    prompt = event;
    byId("install").hidden = false;
    byId("install-hint").hidden = true;
  });
  window.addEventListener("appinstalled", () => {
    byId("install").hidden = true;
  });
  byId("install").addEventListener("click", () => prompt?.prompt());
  byId("install-hint").hidden = matchMedia("(display-mode: standalone)").matches;
}

/** A newer app is there: let in when asked, and on an election day only told of. */
export function offerUpdate({ postponed }) {
  const place = byId("update");
  place.hidden = false;
  place.dataset.update = postponed ? "postponed" : "ready";
  if (postponed) {
    fill(place, "Aplikasi baru tersedia; dipasang sesudah hari pemungutan suara. Hari ini tidak ada yang berubah.");
    return;
  }
  const install = async () => {
    if ((await apply()) === "postponed") offerUpdate({ postponed: true });
  };
  fill(place, "Aplikasi baru siap. ", button("Pasang sekarang", install, { id: "apply-update", class: "secondary" }));
}
