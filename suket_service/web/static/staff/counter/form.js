// The form of a request comes alive: papers by reason, hints while typing, the portrait's camera and frame.
// Without this file the form works as it stands; nothing here decides what is accepted.
import { watchHints } from "./hints.js";
import { watchPapers } from "./papers.js";
import { watchPortrait } from "./portrait.js";

const form = document.querySelector("form[data-request]");
if (form !== null) {
  watchPapers(form.querySelector("[data-reason]"));
  watchHints(form);
  const portrait = watchPortrait(form.querySelector("[data-portrait]"));
  // Typing may begin at once; where something has to be mended, that is read first. The person above stays in sight.
  if (document.querySelector(".problems") === null) {
    form.querySelector("select, textarea, input:not([type=hidden])")?.focus({ preventScroll: true });
  }
  let state = "open"; // "waiting" for the portrait, "ready" to go, "sent"
  form.addEventListener("submit", async (event) => {
    if (state === "ready") {
      state = "sent";
      return;
    }
    event.preventDefault();
    // A second click while the first is on its way; the service knows the form's key and makes one draft anyway.
    if (state !== "open") return;
    state = "waiting";
    const button = event.submitter;
    await portrait.settled();
    // In a task of its own: while this event is under way a form refuses to be submitted again.
    setTimeout(() => {
      state = "ready";
      form.requestSubmit(button);
    });
  });
  // Back from the next page: the form may be sent again.
  window.addEventListener("pageshow", () => {
    state = "open";
  });
}
