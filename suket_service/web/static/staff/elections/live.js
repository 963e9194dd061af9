// Loads the findings again every ten seconds and puts them in the place of the older ones. A sound only if asked for.

const EVERY_MS = 10000;
const NOTE_HZ = 880;
const NOTE_SECONDS = 0.25;

const bar = document.querySelector("[data-live]");
const news = document.querySelector("[data-news]");
const switchOfSound = bar?.querySelector("[data-sound]");
let sound = null;

const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const told = () => document.getElementById("told");

/** The page as it is now; null where something else was answered: the session is over. */
async function load() {
  const answer = await fetch(location.href, { redirect: "manual", cache: "no-store" });
  if (answer.type === "opaqueredirect" || answer.status === 401 || answer.status === 403) return null;
  if (!answer.ok) throw new Error("not now");
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  return page.getElementById("live") ? page : null;
}

function show(page) {
  const { lines } = document.getElementById("live").dataset;
  for (const id of ["told", "live"]) {
    const [part, newer] = [document.getElementById(id), page.getElementById(id)];
    if (!part.isEqualNode(newer)) part.replaceWith(document.adoptNode(newer));
  }
  const now = document.getElementById("live").dataset;
  if (Number(now.lines) <= Number(lines)) return;
  news.textContent = news.dataset.one.replace("%1", now.total);
  ring();
}

/** Two short notes; nothing while the sound is off. */
function ring() {
  if (sound === null) return;
  for (const delay of [0, 2 * NOTE_SECONDS]) {
    const note = sound.createOscillator();
    note.frequency.value = NOTE_HZ;
    note.connect(sound.destination);
    note.start(sound.currentTime + delay);
    note.stop(sound.currentTime + delay + NOTE_SECONDS);
  }
}

async function watch() {
  for (;;) {
    await wait(EVERY_MS);
    if (document.hidden && sound === null) continue;
    try {
      const page = await load();
      if (page === null) {
        told().textContent = bar.dataset.ended;
        return;
      }
      show(page);
    } catch (_error) {
      told().textContent = bar.dataset.lost.replace("%1", told().dataset.at);
    }
  }
}

if (bar) {
  switchOfSound.hidden = false;
  switchOfSound.addEventListener("click", () => {
    sound = sound === null ? new AudioContext() : null;
    switchOfSound.textContent = sound === null ? bar.dataset.soundOff : bar.dataset.soundOn;
    ring();
  });
  watch();
}
