// The worker behind `decoder.js`: QR texts out of frames and photographs. Knows no camera and no page; keeps
// nothing of what it saw. It is bundled with its decoder, whose .wasm lies beside the bundle.
import { prepareZXingModule, readBarcodes } from "zxing-wasm/reader";
import { chosen } from "./chosen.js";
import { drawn, photoLooks, sharpen } from "./frames.js";

const WASM = new URL("zxing_reader.wasm", self.location.href).href;
const MOST_PHOTO_MS = 15000;
const REDUCED_WIDTH = 3000; // of a photograph that is too large to be opened whole

const HOW = {
  formats: ["QRCodeModel2"],
  textMode: "Plain",
  tryHarder: true,
  tryRotate: true,
  tryInvert: false,
  tryDownscale: true,
  maxNumberOfSymbols: 8,
};

// Instantiated at once: a later preparation would be compared with this one by what Chrome has only since 93.
const loaded = prepareZXingModule({ overrides: { locateFile: () => WASM }, fireImmediately: true });
const canvas = typeof OffscreenCanvas === "function" ? new OffscreenCanvas(1, 1) : null;

/** The distinct texts in these pixels, from the top of the picture. */
async function textsIn(pixels, { reach }) {
  if (reach > 0) sharpen(pixels, reach);
  // The second attempt at scratches and specks takes time, so the quick plain look goes without it.
  const found = (await readBarcodes(pixels, { ...HOW, tryDenoise: reach > 0 })).filter((code) => code.isValid);
  found.sort((one, other) => one.position.topLeft.y - other.position.topLeft.y);
  return Array.from(new Set(found.map((code) => code.text)));
}

/** The texts of a photograph, look after look until one of them is a seal's. */
async function textsInPhoto(bitmap) {
  const end = Date.now() + MOST_PHOTO_MS;
  const texts = new Set();
  for (const look of photoLooks(bitmap.width, bitmap.height)) {
    for (const text of await textsIn(drawn(canvas, bitmap, look), look)) texts.add(text);
    if (chosen(texts) !== null || Date.now() > end) break;
  }
  return Array.from(texts);
}

async function opened(blob) {
  try {
    return await createImageBitmap(blob);
  } catch {
    // Perhaps only too large for this phone.
    return createImageBitmap(blob, { resizeWidth: REDUCED_WIDTH, resizeQuality: "high" });
  }
}

async function answer({ pixels, bitmap, blob, look }) {
  await loaded;
  if (pixels) return textsIn(pixels, look);
  const picture = bitmap || (await opened(blob));
  try {
    return look ? await textsIn(drawn(canvas, picture, look), look) : await textsInPhoto(picture);
  } finally {
    picture.close();
  }
}

self.addEventListener("message", async (event) => {
  const { id } = event.data;
  try {
    self.postMessage({ id, texts: await answer(event.data) });
  } catch {
    self.postMessage({ id, texts: null });
  }
});

loaded.then(
  () => self.postMessage({ ready: true, draws: canvas !== null }),
  () => self.postMessage({ ready: false }),
);
