// The scanning screen: the camera runs here and nowhere else, and only while it is looked at. Judges no text.
import { button, byId } from "./elements.js";
import { cameraAfter, openCamera } from "./camera.js";
import { createDecoder } from "./decoder.js";
import { current, say, show, trouble } from "./screen.js";

const OFFER_TYPING_AFTER_MS = 20000;
// A letter that still lies there when the next one is asked for has not been shown again.
const SAME_PAPER_MS = 3000;
const SAME_PAPER = "Masih surat yang tadi. Ganti dengan surat berikutnya.";
const SOUGHT = {
  letters: {
    aim: "Arahkan ke kode QR di kanan bawah surat",
    other: "Yang terlihat bukan segel surat. Cari kode QR di kanan bawah surat.",
  },
  sheet: {
    aim: "Arahkan ke kode QR pada lembar pendaftaran",
    other: "Yang terlihat bukan kode lembar pendaftaran.",
  },
};
const TROUBLES = {
  denied:
    "Kamera belum diizinkan. Sentuh gembok di kiri alamat, buka Izin, izinkan Kamera, lalu coba lagi. Sementara itu: " +
    "pilih foto atau ketik nomor.",
  none: "Ponsel ini tidak menunjukkan kamera. Pilih foto surat atau ketik nomornya.",
  busy: "Kamera sedang dipakai aplikasi lain. Tutup aplikasi itu, lalu coba lagi.",
  insecure:
    "Kamera hanya dapat dipakai pada alamat yang aman (https). Buka alamat yang tercetak pada lembar pendaftaran.",
  unsupported: "Peramban ini tidak dapat memakai kamera. Perbarui Chrome, atau pilih foto atau ketik nomor.",
  lost: "Kamera terputus. Coba lagi.",
};
const NO_DECODER = "Pembaca kode tidak dapat dijalankan. Muat ulang halaman; bila tetap gagal, ketik nomornya.";

const NOTHING_IN_PHOTO =
  "Tidak ada segel surat yang terbaca dalam foto ini. Foto lebih dekat, datar dan terang, atau ketik nomornya.";
const NO_PHOTO = "Foto ini tidak dapat dibaca. Pilih foto lain, atau ketik nomornya.";

/** The camera, and what it is looked at for. */
export class Scanning {
  /**
   * @param {object} app see knowing.js
   * @param {(texts: string[]) => boolean} onTexts told what codes are seen; true when that ends the scanning
   */
  constructor({ preferences }, onTexts) {
    this.preferences = preferences;
    this.onTexts = onTexts;
    this.decoder = null;
    this.camera = null;
    this.unwatch = null;
    this.offer = null;
    this.lock = null;
    this.run = 0;
    this.sought = SOUGHT.letters;
    this.last = ""; // the codes that ended the scanning before
    this.begun = 0;
    byId("torch").addEventListener("click", () => this.switchTorch());
    byId("camera-choice").addEventListener("click", () => this.otherCamera());
    byId("photo").addEventListener("change", () => this.readPhoto());
    document.addEventListener("visibilitychange", () => {
      if (document.hidden) this.stop();
      else if (current() === "scanning" && this.camera === null) this.start();
    });
  }

  /** Show the screen and look for that: letters, or the enrolment sheet. */
  open(purpose) {
    this.sought = SOUGHT[purpose];
    show("scanning");
    this.start();
  }

  async start() {
    const mine = ++this.run;
    trouble(byId("camera-trouble"), null);
    byId("slow").hidden = true;
    byId("aim").textContent = this.sought.aim;
    this.begun = performance.now();
    byId("view").hidden = false;
    let camera;
    try {
      camera = await openCamera(byId("video"), this.preferences.get("camera"));
    } catch (error) {
      if (mine === this.run) this.tellTrouble(error.code);
      return;
    }
    if (mine !== this.run) {
      camera.stop(); // left while the camera was still being asked for
      return;
    }
    this.camera = camera;
    camera.onLost = () => this.tellTrouble("lost");
    this.watch(mine);
    if (this.preferences.get("torch")) await camera.setTorch(true);
    if (mine === this.run) await this.drawTools();
  }

  watch(mine) {
    const broken = () => this.brokenDecoder();
    const decoder = this.ownDecoder();
    this.unwatch = decoder.watch(this.camera, (texts) => mine === this.run && this.see(texts), broken);
    decoder.ready.catch(broken);
    this.offer = setTimeout(offerTyping, OFFER_TYPING_AFTER_MS);
    this.stayAwake(mine);
  }

  /** A screen that goes dark takes the camera with it. */
  async stayAwake(mine) {
    if (!navigator.wakeLock) return;
    const lock = await navigator.wakeLock.request("screen").catch(() => null);
    if (mine === this.run) this.lock = lock;
    else if (lock !== null) lock.release().catch(() => {});
  }

  ownDecoder() {
    if (this.decoder === null) this.decoder = createDecoder();
    return this.decoder;
  }

  see(texts) {
    // Other codes on the table are passed over: no sound, no verdict, and no link is followed.
    const seen = texts.join("\n");
    if (seen === this.last && performance.now() - this.begun < SAME_PAPER_MS) byId("aim").textContent = SAME_PAPER;
    else if (this.onTexts(texts)) this.last = seen;
    else byId("aim").textContent = this.sought.other;
  }

  brokenDecoder() {
    this.decoder = null;
    if (current() !== "scanning") return;
    this.stop();
    byId("view").hidden = true;
    trouble(
      byId("camera-trouble"),
      NO_DECODER,
      button("Muat ulang", () => location.reload()),
    );
  }

  tellTrouble(code) {
    this.stop();
    byId("view").hidden = true;
    trouble(byId("camera-trouble"), TROUBLES[code] ?? TROUBLES.unsupported, this.again());
  }

  again() {
    return button("Coba lagi", () => this.start(), { id: "camera-again" });
  }

  async switchTorch() {
    if (this.camera === null) return;
    await this.camera.setTorch(!this.camera.torchOn);
    await this.preferences.set("torch", this.camera.torchOn);
    await this.drawTools();
  }

  async otherCamera() {
    if (this.camera === null) return;
    const other = cameraAfter(await this.camera.cameras(), this.camera.deviceId);
    if (other === null) return;
    await this.preferences.set("camera", other);
    this.stop();
    this.start();
  }

  async drawTools() {
    const { camera } = this;
    byId("torch").hidden = camera === null || !camera.torchAvailable;
    byId("torch").setAttribute("aria-pressed", String(camera !== null && camera.torchOn));
    const several = camera !== null && (await camera.cameras()).length > 1;
    byId("camera-choice").hidden = !several;
  }

  async readPhoto() {
    const field = byId("photo");
    const [file] = field.files;
    field.value = "";
    if (file === undefined) return;
    say("Membaca foto…");
    let sentence = NOTHING_IN_PHOTO;
    try {
      const texts = await this.ownDecoder().readFile(file);
      if (current() !== "scanning" || this.onTexts(texts)) return;
    } catch {
      sentence = NO_PHOTO;
    }
    if (current() !== "scanning") return;
    const ways = this.camera === null ? [this.again()] : []; // without it there was no way back to the camera
    trouble(byId("camera-trouble"), sentence, ...ways);
  }

  /** The camera goes out. */
  stop() {
    this.run += 1;
    clearTimeout(this.offer);
    byId("to-typed").classList.add("secondary");
    if (this.unwatch !== null) this.unwatch();
    this.unwatch = null;
    if (this.camera !== null) this.camera.stop();
    this.camera = null;
    if (this.lock !== null) this.lock.release().catch(() => {});
    this.lock = null;
  }
}

function offerTyping() {
  byId("slow").hidden = false;
  byId("to-typed").classList.remove("secondary");
  say(byId("slow").textContent);
}
