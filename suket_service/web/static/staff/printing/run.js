// Goes on with a print run, a part at a time, until it is done or paused. Without it a button does one part.

const RETRIES = 3;
const RETRY_MS = 4000;
const BUSY_MS = 2500;

const form = document.querySelector("form[data-next]");
const told = form?.querySelector("[data-told]");
const button = form?.querySelector("button");
let going = false;

const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Ask for the next part; the run's page as it is then, or null where something else was answered. */
async function next() {
  const answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)) });
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  if (answer.status >= 500) throw new Error("not now");
  return page.getElementById("progress") && answer.ok ? page : null;
}

/** Try again a few times: a server that starts anew is back in seconds. */
async function persistently() {
  for (let tries = 0; ; tries += 1) {
    try {
      return await next();
    } catch (error) {
      if (tries >= RETRIES || !going) throw error;
      await wait(RETRY_MS);
    }
  }
}

function show(page) {
  for (const id of ["progress", "results"]) {
    const part = document.getElementById(id);
    const newer = document.adoptNode(page.getElementById(id));
    if (part.innerHTML !== newer.innerHTML) part.replaceWith(newer);
  }
}

/** How far it is: the numbers that the page's bar shows. */
function standing(page) {
  const { dataset } = page.getElementById("progress");
  return { done: Number(dataset.done), all: Number(dataset.all), finished: "finished" in dataset, busy: "busy" in dataset };
}

/** How long the rest takes at the pace so far, in words. */
function left(now, start) {
  if (now.done <= start.done || now.finished) return "";
  const minutes = Math.ceil(((now.all - now.done) * (performance.now() - start.at)) / (now.done - start.done) / 60000);
  return minutes <= 1 ? form.dataset.nearly : form.dataset.left.replace("%1", minutes);
}

async function run() {
  going = true;
  button.textContent = form.dataset.pause;
  const start = { ...standing(document), at: performance.now() };
  while (going) {
    const page = await persistently();
    // A refusal, or a session that ended: the plain form leads to the page that says so.
    if (page === null) return form.submit();
    const now = standing(page);
    told.textContent = left(now, start);
    show(page);
    if (now.finished) return location.replace(location.pathname);
    if (now.busy) await wait(BUSY_MS);
  }
  button.disabled = false;
  button.textContent = form.dataset.continue;
  told.textContent = "";
}

function begin() {
  run().catch(() => {
    going = false;
    button.disabled = false;
    button.textContent = form.dataset.continue;
    told.textContent = form.dataset.lost;
  });
}

form?.addEventListener("submit", (event) => {
  event.preventDefault();
  if (going) {
    going = false;
    button.disabled = true;
    told.textContent = form.dataset.pausing;
  } else begin();
});
if (form && "start" in form.dataset) begin();
