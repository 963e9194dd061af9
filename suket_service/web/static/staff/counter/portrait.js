// The portrait: from the desk's camera or from a file, through a frame of 3 to 4, into the form's own file field.
// What cannot be shown here (HEIC, damage) stays in the field as it is: the service says what is wrong with it.
import { Crop } from "./crop.js";

const OUT = { width: 708, height: 944, type: "image/jpeg", quality: 0.92, name: "foto.jpg" };
const CAMERA = { video: { width: { ideal: 1280 }, height: { ideal: 960 }, facingMode: "user" }, audio: false };
const STEP = 0.04; // of the frame, for a key
const ZOOM = 1.15;
const KEYS = {
  ArrowLeft: "left",
  ArrowRight: "right",
  ArrowUp: "up",
  ArrowDown: "down",
  "+": "in",
  "=": "in",
  "-": "out",
};

/** Give the part its camera and its frame; `settled` waits for the picture that is on its way into the field. */
export function watchPortrait(part) {
  const one = (name) => part.querySelector(`[data-${name}]`);
  const [row, start, take, stop] = [one("camera-row"), one("camera"), one("take"), one("stop")];
  const [error, cropper, canvas, hint] = [one("camera-error"), one("cropper"), one("canvas"), one("crop-hint")];
  const field = part.querySelector("input[type=file]");
  const brush = canvas.getContext("2d");
  const video = Object.assign(document.createElement("video"), { muted: true, playsInline: true });
  let stream = null;
  let picture = null; // what the frame stands over: a still, or the live video
  let crop = null;

  row.hidden = !navigator.mediaDevices?.getUserMedia;

  function draw() {
    const { left, top, width, height } = crop.box;
    brush.drawImage(picture, left, top, width, height, 0, 0, canvas.width, canvas.height);
  }

  function live() {
    if (stream === null) return;
    if (crop !== null) draw();
    requestAnimationFrame(live);
  }

  function show(image, width, height) {
    picture = image;
    crop = new Crop(width, height);
    cropper.hidden = false;
    draw();
  }

  function buttons() {
    const on = stream !== null;
    start.hidden = on;
    take.hidden = stop.hidden = !on;
    start.textContent = start.dataset[picture === null ? "open" : "again"];
  }

  function close() {
    for (const track of stream?.getTracks() ?? []) track.stop();
    stream = null;
    buttons();
  }

  async function open() {
    error.hidden = true;
    try {
      stream = await navigator.mediaDevices.getUserMedia(CAMERA);
    } catch (refused) {
      error.textContent = refused.name === "NotAllowedError" ? error.dataset.refused : error.dataset.missing;
      error.hidden = false;
      return;
    }
    video.srcObject = stream;
    await video.play();
    hint.hidden = true;
    show(video, video.videoWidth, video.videoHeight);
    buttons();
    // Picture and shutter in sight together, above the bar that always stays.
    row.scrollIntoView({ block: "nearest" });
    cropper.scrollIntoView({ block: "nearest" });
    take.focus({ preventScroll: true });
    live();
  }

  function freeze() {
    const still = Object.assign(document.createElement("canvas"), { width: video.videoWidth, height: video.videoHeight });
    still.getContext("2d").drawImage(video, 0, 0);
    const framed = crop;
    close();
    show(still, still.width, still.height);
    crop = framed; // as it was framed live
    keep();
    buttons();
    start.focus();
  }

  // The newest cut wins, whatever order the encoder finishes in.
  let turn = 0;
  let encoding = Promise.resolve();
  function keep() {
    draw();
    encoding = encode(++turn);
  }

  async function encode(mine) {
    const whole = Object.assign(document.createElement("canvas"), { width: OUT.width, height: OUT.height });
    const { left, top, width, height } = crop.box;
    whole.getContext("2d").drawImage(picture, left, top, width, height, 0, 0, OUT.width, OUT.height);
    const blob = await new Promise((done) => whole.toBlob(done, OUT.type, OUT.quality));
    if (blob === null || mine !== turn) return;
    const files = new DataTransfer();
    files.items.add(new File([blob], OUT.name, { type: OUT.type }));
    field.files = files.files;
    hint.textContent = hint.dataset.says;
    hint.hidden = false;
    part.dataset.ready = "yes";
  }

  function change(what) {
    if (crop === null) return;
    const moves = {
      in: () => crop.scale(ZOOM),
      out: () => crop.scale(1 / ZOOM),
      left: () => crop.move(-STEP, 0),
      right: () => crop.move(STEP, 0),
      up: () => crop.move(0, -STEP),
      down: () => crop.move(0, STEP),
    };
    moves[what]();
    if (stream === null) keep();
  }

  start.addEventListener("click", open);
  showKept();

  // What an earlier answer of the service sent back with the form: it stays as it is unless it is moved.
  async function showKept() {
    const kept = part.querySelector("input[name=foto_tersimpan]");
    if (kept === null) return;
    const bytes = Uint8Array.from(atob(kept.value.split(".")[0]), (sign) => sign.charCodeAt(0));
    const bitmap = await createImageBitmap(new Blob([bytes], { type: OUT.type }));
    show(bitmap, bitmap.width, bitmap.height);
    buttons();
  }
  take.addEventListener("click", freeze);
  stop.addEventListener("click", () => {
    close();
    cropper.hidden = true;
    crop = null;
    picture = null;
    buttons();
    start.focus();
  });
  window.addEventListener("pagehide", close);

  field.addEventListener("change", async () => {
    const [file] = field.files;
    if (file === undefined) return;
    if (file.type !== "" && !file.type.startsWith("image/")) {
      error.textContent = error.dataset.noPicture;
      error.hidden = false;
      error.scrollIntoView({ block: "nearest" });
      field.value = "";
      if (crop !== null && stream === null) keep(); // the picture that is in the frame
      return;
    }
    close();
    error.hidden = hint.hidden = true;
    try {
      const bitmap = await createImageBitmap(file);
      show(bitmap, bitmap.width, bitmap.height);
      keep();
    } catch {
      cropper.hidden = true;
      crop = null;
    }
    buttons();
  });

  for (const button of cropper.querySelectorAll("[data-crop]")) {
    button.addEventListener("click", () => change(button.dataset.crop));
  }
  canvas.addEventListener("keydown", (event) => {
    const what = KEYS[event.key];
    if (what === undefined) return;
    event.preventDefault();
    change(what);
  });
  canvas.addEventListener(
    "wheel",
    (event) => {
      event.preventDefault();
      change(event.deltaY < 0 ? "in" : "out");
    },
    { passive: false },
  );
  watchPointers(canvas, () => crop, () => (stream === null ? keep() : draw()));

  return { settled: () => encoding };
}

/** Drag with one finger or the mouse, zoom with two fingers. */
function watchPointers(canvas, cropOf, changed) {
  const held = new Map();

  function spread() {
    const [a, b] = [...held.values()];
    return Math.hypot(a.x - b.x, a.y - b.y);
  }

  canvas.addEventListener("pointerdown", (event) => {
    canvas.setPointerCapture(event.pointerId);
    held.set(event.pointerId, { x: event.clientX, y: event.clientY });
  });
  canvas.addEventListener("pointermove", (event) => {
    const crop = cropOf();
    const last = held.get(event.pointerId);
    if (crop === null || last === undefined) return;
    const before = held.size === 2 ? spread() : 0;
    held.set(event.pointerId, { x: event.clientX, y: event.clientY });
    if (held.size === 2) crop.scale(spread() / Math.max(before, 1));
    else crop.move((last.x - event.clientX) / canvas.clientWidth, (last.y - event.clientY) / canvas.clientHeight);
    changed();
  });
  for (const end of ["pointerup", "pointercancel"]) {
    canvas.addEventListener(end, (event) => held.delete(event.pointerId));
  }
}
