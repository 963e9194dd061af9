// The queue by keyboard: arrows or j and k go from draft to draft, space marks (the browser's own), Enter
// approves what is marked. Keys count inside the list alone, so that nobody's assistive keys are taken; only the
// arrow down leads into it from a page where nothing has the focus yet.
const list = document.querySelector(".drafts");
const form = document.querySelector("#approve");

if (list && form) {
  const stops = [...list.children].map((draft) => draft.querySelector("input[type=checkbox], a"));
  const boxes = [...list.querySelectorAll("input[name=letter]")];
  const marked = form.querySelector(".marked");

  const count = () => {
    if (!marked) return;
    const number = boxes.filter((box) => box.checked).length;
    marked.hidden = number === 0;
    marked.querySelector("output").textContent = String(number);
  };

  const go = (from, step) => {
    const at = stops.findIndex((stop) => stop.closest(".draft").contains(from));
    const next = stops[at + step];
    if (!next) return;
    next.focus({ preventScroll: true });
    next.closest(".draft").scrollIntoView({ block: "nearest" });
  };

  const steps = { ArrowDown: 1, j: 1, ArrowUp: -1, k: -1 };
  list.addEventListener("keydown", (event) => {
    if (!stops.includes(event.target) || event.altKey || event.ctrlKey || event.metaKey) return;
    if (event.key in steps) go(event.target, steps[event.key]);
    else if (event.key === "Enter" && event.target.type === "checkbox") form.requestSubmit();
    else return;
    event.preventDefault();
  });
  document.addEventListener("keydown", (event) => {
    if (event.target !== document.body || event.key !== "ArrowDown") return;
    if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const seen = stops.find((stop) => stop.getBoundingClientRect().top >= 0) ?? stops[0];
    seen.focus({ preventScroll: true });
    seen.closest(".draft").scrollIntoView({ block: "nearest" });
    event.preventDefault();
  });
  list.addEventListener("change", count);
  document.querySelector(".keys")?.removeAttribute("hidden");
  window.addEventListener("pageshow", () => {
    count(); // also after "back", when the browser restores the marks
    // Whoever has just decided, and is told so above, goes on with the next draft.
    if (document.querySelector(".flash")) stops[0].focus({ preventScroll: true });
  });
}
