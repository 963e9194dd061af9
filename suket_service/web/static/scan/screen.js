// Which screen is shown, where the focus goes, what is said aloud, and a question with two answers. Knows no letter.
import { byId, fill } from "./elements.js";

const SCREENS = ["start", "enrol", "scanning", "verdict", "typed", "today"];
let shown = null;
let leaving = () => {};
let saying = null;

/** The screen that is shown now. */
export function current() {
  return shown;
}

/** Called with the screen that the phone's own "back" leaves. */
export function onBack(action) {
  leaving = action;
}

/** Show one screen alone; the focus goes to its title unless the caller puts it elsewhere. */
export function show(name, focus = byId(`${name}-title`)) {
  const before = shown;
  shown = name;
  byId("opening").hidden = true;
  for (const each of SCREENS) byId(each).hidden = each !== name;
  document.body.dataset.screen = name;
  // One step of history for everything beyond the start, so that the phone's "back" leads there and not out.
  if (name !== "start" && history.state !== "beyond") history.pushState("beyond", "");
  window.scrollTo(0, 0);
  if (focus && before !== null) focus.focus({ preventScroll: true });
}

window.addEventListener("popstate", () => {
  if (shown !== null && shown !== "start" && history.state !== "beyond") leaving(shown);
});

/** Say something to a screen reader once, politely or at once. */
export function say(text, urgent = false) {
  // Both empty first: the same sentence twice is two messages, and nothing of an earlier one is left to be found.
  for (const name of ["say", "shout"]) byId(name).textContent = "";
  clearTimeout(saying);
  saying = setTimeout(() => {
    byId(urgent ? "shout" : "say").textContent = text;
  }, 50);
}

/** A place for trouble: a sentence, perhaps a way on; hidden when there is none. */
export function trouble(place, sentence, ...ways) {
  place.hidden = sentence === null;
  if (sentence === null) fill(place);
  else fill(place, paragraph(sentence), ...ways);
}

function paragraph(text) {
  const made = document.createElement("p");
  made.textContent = text;
  return made;
}

/** Ask before something that cannot be taken back lightly. Esc and "back" mean no. */
export function ask(title, text, yes, no = "Batal") {
  const box = byId("question");
  byId("question-title").textContent = title;
  byId("question-text").textContent = text;
  byId("question-yes").textContent = yes;
  byId("question-no").textContent = no;
  return new Promise((resolve) => {
    const answer = (value) => () => {
      box.returnValue = value;
      box.close();
    };
    byId("question-yes").onclick = answer("yes");
    byId("question-no").onclick = answer("no");
    box.returnValue = "no";
    box.addEventListener("close", () => resolve(box.returnValue === "yes"), { once: true });
    box.showModal();
    byId("question-no").focus();
  });
}
