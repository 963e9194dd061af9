// The phone's camera in a <video>: which one, its lamp, its zoom, its frames. Reads nothing in them and
// remembers nothing; when to open and to stop it is the caller's.

const WIDTH = 1920;
const HEIGHT = 1080;
const NEARER = 1.5; // wide lenses do not focus on what is near enough to fill them
const SLOWEST_FRAME_MS = 500;

const CODES = {
  NotAllowedError: "denied",
  SecurityError: "denied",
  NotFoundError: "none",
  OverconstrainedError: "none",
  NotReadableError: "busy",
  AbortError: "busy",
};

/** code: "denied", "none", "busy", "insecure" (not https) or "unsupported". */
export class CameraError extends Error {
  constructor(code) {
    super(code);
    this.name = "CameraError";
    this.code = code;
  }
}

/** An open camera. */
export class Camera {
  /** @param {HTMLVideoElement} video  @param {MediaStream} stream */
  constructor(video, stream) {
    this.video = video;
    this.torchOn = false;
    /** Called once if the camera is taken away (unplugged, or another app wants it). */
    this.onLost = null;
    this._stream = stream;
    this._track = stream.getVideoTracks()[0];
    this._applied = {};
    this._track.onended = () => {
      if (this.onLost !== null) this.onLost();
    };
  }

  /** Which camera it is, as `cameras()` names it; null where the browser does not say. */
  get deviceId() {
    return settingsOf(this._track).deviceId || null;
  }

  /** Asked anew each time: some phones know of their lamp only a moment after the start. */
  get torchAvailable() {
    return capabilitiesOf(this._track).torch === true;
  }

  /** {min, max, step}, or null when it has no zoom. */
  get zoomRange() {
    const { zoom } = capabilitiesOf(this._track);
    return zoom && zoom.max > zoom.min ? zoom : null;
  }

  get zoom() {
    return settingsOf(this._track).zoom || 1;
  }

  /** Light the lamp or put it out; whether that worked. */
  async setTorch(on) {
    if (!this.torchAvailable || !(await this._apply({ torch: on }))) return false;
    this.torchOn = on;
    return true;
  }

  /** Zoom as near to that as it can; whether that worked. */
  async setZoom(factor) {
    const range = this.zoomRange;
    if (range === null) return false;
    return this._apply({ zoom: Math.min(range.max, Math.max(range.min, factor)) });
  }

  /** Focus by itself all the time, where it can. */
  async focusContinuously() {
    const { focusMode } = capabilitiesOf(this._track);
    if (!Array.isArray(focusMode) || !focusMode.includes("continuous")) return false;
    return this._apply({ focusMode: "continuous" });
  }

  async _apply(constraint) {
    // Each call takes back what earlier ones asked for, and old browsers look at the first set only.
    const all = { ...this._applied, ...constraint };
    try {
      await this._track.applyConstraints({ advanced: [all] });
    } catch {
      return false;
    }
    this._applied = all;
    return true;
  }

  /**
   * The cameras of this phone, for a person to choose from.
   * @returns {Promise<{id: string, label: string}[]>}
   */
  async cameras() {
    const devices = await navigator.mediaDevices.enumerateDevices();
    const found = devices.filter((device) => device.kind === "videoinput" && device.deviceId !== "");
    return found.map((device, place) => ({ id: device.deviceId, label: device.label || `Kamera ${place + 1}` }));
  }

  /** When there is a new picture to grab, or at the latest after half a second. */
  nextFrame() {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, SLOWEST_FRAME_MS);
      const arrived = () => {
        clearTimeout(timer);
        resolve();
      };
      if (this.video.requestVideoFrameCallback) this.video.requestVideoFrameCallback(arrived);
      else requestAnimationFrame(arrived);
    });
  }

  /**
   * What the camera shows now, to be drawn at once; null when it shows nothing.
   * @returns {{source: HTMLVideoElement, width: number, height: number} | null}
   */
  grab() {
    const { readyState, videoWidth, videoHeight } = this.video;
    if (this._track.readyState !== "live" || readyState < 2 || videoWidth === 0) return null;
    return { source: this.video, width: videoWidth, height: videoHeight };
  }

  /** The camera and its lamp go out. */
  stop() {
    this._track.onended = null;
    for (const track of this._stream.getTracks()) track.stop();
    if (this.video.srcObject === this._stream) this.video.srcObject = null;
    this.torchOn = false;
  }
}

/**
 * The camera after that one, for a button that changes it; null when there is no other.
 * @param {{id: string, label: string}[]} cameras
 */
export function cameraAfter(cameras, deviceId) {
  const place = cameras.findIndex((camera) => camera.id === deviceId);
  const next = cameras[(place + 1) % cameras.length];
  return next && next.id !== deviceId ? next.id : null;
}

/**
 * Open a camera into a video element: the one asked for, else one that looks away from its holder.
 * @returns {Promise<Camera>}
 * @throws {CameraError}
 */
export async function openCamera(video, deviceId = null) {
  if (!window.isSecureContext) throw new CameraError("insecure");
  if (!navigator.mediaDevices || !navigator.mediaDevices.getUserMedia) throw new CameraError("unsupported");
  const stream = await streamOf(deviceId);
  const camera = new Camera(video, stream);
  try {
    video.muted = true;
    video.playsInline = true; // else an iPhone shows it over the whole page
    video.srcObject = stream;
    await video.play();
  } catch (error) {
    camera.stop();
    throw errorOf(error);
  }
  await camera.focusContinuously();
  await camera.setZoom(NEARER);
  return camera;
}

async function streamOf(deviceId) {
  try {
    return await navigator.mediaDevices.getUserMedia(wanted(deviceId));
  } catch (error) {
    const code = errorOf(error).code;
    // The camera chosen last time may have been unplugged, or have got another name.
    if (deviceId !== null && code === "none") return streamOf(null);
    throw new CameraError(code);
  }
}

function wanted(deviceId) {
  const which = deviceId === null ? { facingMode: { ideal: "environment" } } : { deviceId: { exact: deviceId } };
  return { audio: false, video: { ...which, width: { ideal: WIDTH }, height: { ideal: HEIGHT } } };
}

function capabilitiesOf(track) {
  return (track.getCapabilities && track.getCapabilities()) || {};
}

function settingsOf(track) {
  return (track.getSettings && track.getSettings()) || {};
}

function errorOf(error) {
  return new CameraError(CODES[error.name] || "unsupported");
}
