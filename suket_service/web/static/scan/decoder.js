// QR texts out of the camera's frames and out of photographs, by a worker. Does not know what a seal states.
import { chosen } from "./chosen.js";
import { drawn, liveLook, photoLooks } from "./frames.js";

export { chosen };

const WORKER = "/scan/decoder-worker.js";
const LEAST_MS_BETWEEN_LOOKS = 70; // a quick phone need not grow hot over it
const MS_AFTER_NO_FRAME = 150;
const MOST_FAILURES = 20; // looks in a row that the worker could not do: it has broken down
const MOST_SECONDS = { look: 10, photo: 60 };

/** code: "unavailable" (the decoder does not start here) or "picture_unreadable" (no picture, or too large). */
export class DecoderError extends Error {
  constructor(code) {
    super(code);
    this.name = "DecoderError";
    this.code = code;
  }
}

/** A decoder with a worker of its own; `ready` is when it can read. */
export function createDecoder(workerUrl = WORKER) {
  const reader = new Reader(workerUrl);
  return {
    ready: reader.started,

    /**
     * The texts of the QR codes in a photograph.
     * @param {Blob} blob
     * @returns {Promise<string[]>}
     */
    async readFile(blob) {
      await reader.started;
      const asked = reader.draws ? reader.ask({ blob }, [], MOST_SECONDS.photo) : readPhotoHere(reader, blob);
      const texts = await asked;
      if (texts === null) throw new DecoderError("picture_unreadable");
      return texts;
    },

    /**
     * The texts in one look at a frame: an even turn plain, an odd one closer; null when the frame was gone.
     * @param {{source: CanvasImageSource, width: number, height: number}} frame  as `camera.grab()` gives it
     * @returns {Promise<string[] | null>}
     */
    look: (frame, turn) => lookAt(reader, frame, turn),

    /**
     * Look at frame after frame, plain and closer in turn, one at a time, until stopped.
     * @param {(texts: string[]) => void} onTexts  called for every look that showed any code
     * @param {(error: DecoderError) => void} onError  called once when no more frames can be read
     * @returns {() => void} stop
     */
    watch(camera, onTexts, onError = () => {}) {
      let watching = true;
      const going = () => watching;
      watch(reader, camera, going, onTexts).catch((error) => going() && onError(error));
      return () => {
        watching = false;
      };
    },

    /** The worker ends, and whatever it was asked. */
    stop: () => reader.end(),
  };
}

async function watch(reader, camera, going, onTexts) {
  await reader.started;
  for (let turn = 0, failures = 0; going(); ) {
    const begin = Date.now();
    await camera.nextFrame();
    const frame = going() ? camera.grab() : null;
    const texts = frame === null ? null : await lookAt(reader, frame, turn);
    if (texts === null) {
      failures = frame === null ? 0 : failures + 1;
      if (failures === MOST_FAILURES) throw new DecoderError("unavailable");
      await pause(MS_AFTER_NO_FRAME);
      continue;
    }
    failures = 0;
    turn += 1;
    if (going() && texts.length > 0) onTexts(texts);
    await pause(LEAST_MS_BETWEEN_LOOKS - (Date.now() - begin));
  }
}

async function lookAt(reader, { source, width, height }, turn) {
  await reader.started;
  const wanted = liveLook(turn, width, height);
  if (!reader.draws) return reader.askPixels(drawn(reader.canvas, source, wanted), wanted);
  let bitmap;
  try {
    bitmap = await createImageBitmap(source, wanted.x, wanted.y, wanted.width, wanted.height);
  } catch {
    return null;
  }
  return reader.ask({ bitmap, look: { ...wanted, x: 0, y: 0 } }, [bitmap]);
}

/** The worker's way through a photograph, where a worker has no canvas. */
async function readPhotoHere(reader, blob) {
  const texts = new Set();
  const url = URL.createObjectURL(blob);
  try {
    const image = new Image();
    image.src = url;
    await image.decode();
    for (const each of photoLooks(image.naturalWidth, image.naturalHeight)) {
      const found = await reader.askPixels(drawn(reader.canvas, image, each), each);
      for (const text of found || []) texts.add(text);
      if (chosen(texts) !== null) break;
    }
    return Array.from(texts);
  } catch (error) {
    if (error instanceof DecoderError) throw error;
    return null;
  } finally {
    URL.revokeObjectURL(url);
  }
}

/** The worker and the questions it has not answered yet. */
class Reader {
  constructor(workerUrl) {
    /** Whether the worker can draw; known when it has started. */
    this.draws = false;
    this.canvas = document.createElement("canvas");
    this._open = new Map();
    this._last = 0;
    this._ended = false;
    this._worker = new Worker(workerUrl);
    this.started = new Promise((resolve, reject) => {
      this._tellStarted = resolve;
      this._tellFailed = reject;
    });
    this.started.catch(() => {}); // whoever asks hears of it again
    this._worker.onerror = () => this.end();
    this._worker.onmessageerror = () => this.end();
    this._worker.onmessage = ({ data }) => this._hear(data);
  }

  /**
   * The worker's answer. A browser that is short of memory may end a worker without a word, so one that is
   * silent for too long counts as gone; seconds in which the phone sleeps do not count.
   */
  ask(question, transfer = [], mostSeconds = MOST_SECONDS.look) {
    if (this._ended) return Promise.reject(new DecoderError("unavailable"));
    this._last += 1;
    const id = this._last;
    return new Promise((resolve, reject) => {
      let seconds = 0;
      const clock = setInterval(() => ++seconds >= mostSeconds && this.end(), 1000);
      this._open.set(id, { resolve, reject, clock });
      this._worker.postMessage({ id, ...question }, transfer);
    });
  }

  askPixels({ data, width, height }, look) {
    return this.ask({ pixels: { data, width, height }, look }, [data.buffer]);
  }

  end() {
    this._ended = true;
    this._worker.terminate();
    const gone = new DecoderError("unavailable");
    this._tellFailed(gone);
    for (const { reject, clock } of this._open.values()) {
      clearInterval(clock);
      reject(gone);
    }
    this._open.clear();
  }

  _hear({ ready, draws, id, texts }) {
    if (ready === false) {
      this.end();
    } else if (ready === true) {
      this.draws = draws;
      this._tellStarted();
    } else if (this._open.has(id)) {
      const { resolve, clock } = this._open.get(id);
      clearInterval(clock);
      this._open.delete(id);
      resolve(texts);
    }
  }
}

function pause(milliseconds) {
  return new Promise((resolve) => setTimeout(resolve, Math.max(0, milliseconds)));
}
