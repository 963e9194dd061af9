// What a verdict sounds and feels like: every outcome has its own melody and its own beat. Shows nothing.

// [pitch in Hz, length in ms] one after the other; pitch 0 is a rest. The tone gives the family: green rises high,
// amber repeats in the middle, red falls low and long, grey is short. Nobody has to know them by heart to hear which.
const MELODIES = {
  valid: [
    [880, 90],
    [1319, 160],
  ],
  suspended: [
    [587, 130],
    [0, 60],
    [587, 130],
  ],
  not_yet_valid: [
    [587, 130],
    [0, 60],
    [659, 130],
  ],
  expired: [
    [659, 130],
    [0, 60],
    [587, 130],
  ],
  indeterminate: [
    [587, 130],
    [0, 60],
    [587, 130],
    [0, 60],
    [587, 130],
  ],
  unknown_issuer: [
    [587, 130],
    [0, 60],
    [659, 130],
    [0, 60],
    [587, 130],
  ],
  forged: [
    [311, 250],
    [196, 450],
  ],
  mismatch: [
    [311, 250],
    [233, 250],
    [196, 450],
  ],
  unregistered: [
    [262, 250],
    [0, 60],
    [196, 450],
  ],
  revoked: [
    [233, 250],
    [0, 60],
    [233, 250],
    [0, 60],
    [196, 450],
  ],
  superseded: [
    [262, 250],
    [233, 250],
    [196, 300],
  ],
  unreadable: [[440, 70]],
};
const BEATS = {
  valid: [70],
  suspended: [140, 90, 140],
  not_yet_valid: [140, 90, 60],
  expired: [60, 90, 140],
  indeterminate: [140, 90, 140, 90, 140],
  unknown_issuer: [140, 90, 60, 90, 140],
  forged: [500, 120, 500],
  mismatch: [500, 120, 120, 120, 500],
  unregistered: [500, 120, 250],
  revoked: [250, 120, 250, 120, 500],
  superseded: [250, 120, 500],
  unreadable: [30],
};
// Used before, or a caution beside a plain good letter: unlike any outcome, so that nobody takes it for "good".
const WARNING = {
  melody: [
    [988, 110],
    [659, 110],
    [988, 110],
    [659, 110],
    [988, 110],
    [659, 110],
  ],
  beat: [80, 60, 80, 60, 80, 60, 300],
};
const SAFE_VOLUME = 0.25;

/** What is played and shaken for an outcome; `warned` where it was used before or a caution stands beside it. */
export function signalOf(outcome, warned = false) {
  if (warned) return WARNING;
  return { melody: MELODIES[outcome] || MELODIES.indeterminate, beat: BEATS[outcome] || BEATS.indeterminate };
}

let speaker = null;

/** Ask for sound while a finger is on the screen: browsers let nothing sound before. */
export function allowSound() {
  const Speaker = window.AudioContext || window.webkitAudioContext;
  if (Speaker === undefined) return;
  try {
    if (speaker === null) speaker = new Speaker();
    if (speaker.state === "suspended") speaker.resume().catch(() => {});
  } catch {
    speaker = null; // a phone without sound still shows and shakes
  }
}

function play(melody, shape) {
  let at = speaker.currentTime + 0.02;
  for (const [pitch, length] of melody) {
    const seconds = length / 1000;
    if (pitch > 0) {
      const note = speaker.createOscillator();
      const volume = speaker.createGain();
      note.type = shape;
      note.frequency.value = pitch;
      volume.gain.setValueAtTime(0.0001, at);
      volume.gain.exponentialRampToValueAtTime(SAFE_VOLUME, at + 0.015);
      volume.gain.exponentialRampToValueAtTime(0.0001, at + seconds);
      note.connect(volume).connect(speaker.destination);
      note.start(at);
      note.stop(at + seconds);
    }
    at += seconds;
  }
}

/** Sound and shake for a verdict, as far as the phone can and the officer wants. */
export function signal(outcome, tone, warned, { sound, vibration }) {
  const { melody, beat } = signalOf(outcome, warned);
  if (vibration && navigator.vibrate) navigator.vibrate(beat);
  if (!sound || speaker === null || speaker.state !== "running") return;
  try {
    play(melody, tone === "red" ? "square" : "sine");
  } catch {
    // Sound is an extra; the screen has said it already.
  }
}
