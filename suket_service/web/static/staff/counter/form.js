// The form of a request comes alive: papers by reason, hints while typing, the portrait's camera and frame.
// Without this file the form works as it stands; nothing here decides what is accepted.
import { watchHints } from "./hints.js";
import { watchPapers } from "./papers.js";
import { watchPortrait } from "./portrait.js";

const form = document.querySelector("form[data-request]");
if (form !== null) {
  watchPapers(form.querySelector("[data-reason]"));
  watchHints(form);
  watchPortrait(form.querySelector("[data-portrait]"));
  // A second click while the first is on its way; the server knows the form's key and makes one draft anyway.
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent === "yes") event.preventDefault();
    form.dataset.sent = "yes";
  });
  // Back from the next page: the form may be sent again.
  window.addEventListener("pageshow", () => delete form.dataset.sent);
}
