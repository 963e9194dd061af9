// The desk's camera on the page that finds letters: frames go to the service until one shows a code.
// Decodes nothing and keeps nothing. Without this script the page finds by its field and by a photo.
const PAUSE_MS = 700;
const LONGEST_SIDE = 1280;
const QUALITY = 0.85;

const section = document.querySelector(".camera");
const video = section.querySelector("video");
const says = section.querySelector("[data-says]");
const verdict = section.querySelector("[data-verdict]");
const start = section.querySelector("[data-start]");
const stop = section.querySelector("[data-stop]");

// Which run of the camera is the latest: an answer to an earlier one leads nowhere.
let turn = 0;

/** One frame as a JPEG, made smaller where the camera gives more than the code needs. */
function frame() {
  const scale = Math.min(1, LONGEST_SIDE / Math.max(video.videoWidth, video.videoHeight));
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(video.videoWidth * scale);
  canvas.height = Math.round(video.videoHeight * scale);
  canvas.getContext("2d").drawImage(video, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", QUALITY));
}

/** What the service makes of a frame. */
async function ask(picture) {
  const form = new FormData();
  form.append("csrf_token", section.dataset.token);
  form.append("picture", picture, "bingkai.jpg");
  const answer = await fetch(section.dataset.url, { method: "POST", body: form });
  if (answer.redirected || answer.status === 401) location.reload(); // the session has ended
  if (!answer.ok) throw new Error(String(answer.status));
  return answer.json();
}

function pause() {
  return new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
}

/** Say it beside the picture, and to whoever listens. */
function tell(text) {
  if (says.textContent !== text) says.textContent = text;
}

/** What was scanned is no letter of this office: its word, icon and colour; read out from where all is told. */
function showVerdict(found) {
  verdict.firstElementChild.className = `banner ${found.tone}`;
  for (const icon of verdict.querySelectorAll("svg")) icon.toggleAttribute("hidden", icon.dataset.tone !== found.tone);
  verdict.querySelector("h2").textContent = found.word;
  verdict.querySelector("p").textContent = found.message;
  verdict.hidden = false;
  says.classList.add("visually-hidden");
  tell(`${found.word}. ${found.message}`);
}

async function look(mine) {
  while (mine === turn) {
    try {
      const found = video.videoWidth > 0 ? await ask(await frame()) : { nothing: true };
      if (mine !== turn) return;
      tell(says.dataset.looking);
      if (found.url) {
        turnOff();
        location.assign(found.url);
        return;
      }
      if (found.word) {
        turnOff();
        showVerdict(found);
        return;
      }
    } catch {
      if (mine === turn) tell(says.dataset.offline);
    }
    await pause();
  }
}

async function turnOn() {
  const mine = ++turn;
  verdict.hidden = true;
  says.classList.remove("visually-hidden");
  try {
    const stream = await navigator.mediaDevices.getUserMedia({
      video: { facingMode: "environment", width: { ideal: 1920 }, height: { ideal: 1080 } },
      audio: false,
    });
    if (mine !== turn) {
      stream.getTracks().forEach((track) => track.stop());
      return;
    }
    video.srcObject = stream;
    await video.play();
  } catch {
    turnOff();
    tell(says.dataset.refused);
    return;
  }
  video.hidden = stop.hidden = false;
  start.hidden = true;
  tell(says.dataset.looking);
  look(mine);
}

function turnOff() {
  turn += 1;
  for (const track of video.srcObject?.getTracks() ?? []) track.stop();
  video.srcObject = null;
  video.hidden = stop.hidden = true;
  start.hidden = false;
  tell("");
}

if (navigator.mediaDevices?.getUserMedia) {
  section.hidden = false;
  start.addEventListener("click", turnOn);
  stop.addEventListener("click", turnOff);
  window.addEventListener("pagehide", turnOff);
}
