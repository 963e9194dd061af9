// Draws the letterhead anew while it is being typed. Without this script the button shows it in a page of its own.
const QUIET_MS = 700;

const form = document.getElementById("letterhead");
const figure = document.getElementById("preview");
const canvas = figure.querySelector("canvas");
const told = figure.querySelector("[role=status]");
let timer = 0;
let asked = 0;

async function draw() {
  const mine = ++asked;
  let picture = null;
  try {
    const answer = await fetch(form.dataset.preview, { method: "POST", body: new FormData(form) });
    if (answer.ok) picture = await createImageBitmap(await answer.blob());
  } catch {
    // No network, or a picture that this browser cannot open: told below, like a refusal.
  }
  if (mine !== asked) return; // something newer is on its way
  figure.hidden = false;
  told.textContent = picture ? "" : told.dataset.failed;
  if (!picture) return;
  canvas.width = picture.width;
  canvas.height = picture.height;
  canvas.getContext("2d").drawImage(picture, 0, 0);
}

function soon() {
  clearTimeout(timer);
  timer = setTimeout(draw, QUIET_MS);
}

form.addEventListener("input", soon);
document.getElementById("look").addEventListener("click", (event) => {
  event.preventDefault();
  draw().then(() => figure.scrollIntoView({ block: "nearest" }));
});
draw();
