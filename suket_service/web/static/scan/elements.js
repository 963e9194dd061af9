// Elements made and found, and the icons of the verdicts. Everything is set as text, never as markup. Knows no letter.

const SVG = "http://www.w3.org/2000/svg";

/** The element with that id; the page brings every one that is asked for. */
export function byId(id) {
  return document.getElementById(id);
}

/** A new element with attributes and children (text or elements). */
export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

/** Put these in the place of whatever is in it; `replaceChildren()` is younger than some phones. */
export function fill(place, ...children) {
  place.textContent = "";
  place.append(...children);
}

/** A button that does something. */
export function button(label, action, attributes = {}) {
  const made = element("button", { type: "button", ...attributes }, label);
  made.addEventListener("click", action);
  return made;
}

/** Definition rows: `[name, ...value]`, those without a value left out. */
export function rows(pairs) {
  return pairs
    .filter(([, value]) => value !== null && value !== undefined && value !== "")
    .flatMap(([name, ...value]) => [element("dt", {}, name), element("dd", {}, ...value)]);
}

/** A letter number that may break after its slashes, and nowhere else. */
export function breakable(number) {
  const parts = number.split("/");
  return parts.flatMap((part, place) => (place === parts.length - 1 ? [part] : [`${part}/`, element("wbr")]));
}

// The outline tells the tone, the mark inside it the outcome: neither needs colour.
const OUTLINES = {
  green: "M12 1.5a10.5 10.5 0 1 1 0 21a10.5 10.5 0 1 1 0-21z",
  amber: "M12 1.5L23 21.5H1z",
  red: "M7.6 1.5h8.8L22.5 7.6v8.8l-6.1 6.1H7.6L1.5 16.4V7.6z",
  grey: "M2 2h20v20H2z",
};
const MARKS = {
  valid: "M7 12.5l3.5 3.5L17 9",
  unreadable: "M9.5 9.5a2.5 2.5 0 1 1 3.6 2.2c-.8.4-1.1.9-1.1 1.8m0 3v.4",
  forged: "M8 8l8 8M16 8l-8 8",
  mismatch: "M7.5 9.5h9M7.5 14.5h9M15.5 6l-7 12",
  unregistered: "M7 12h10",
  revoked: "M6.5 17.5l11-11M12 6a6 6 0 1 1 0 12a6 6 0 1 1 0-12",
  superseded: "M7 12h9M12.5 8l4 4l-4 4",
  unknown_issuer: "M10 13a2 2 0 1 1 2.9 1.7c-.6.3-.9.6-.9 1.3m0 2.4v.3",
  indeterminate: "M12 9v6m0 3v.4",
  suspended: "M10 11v7M14 11v7",
  not_yet_valid: "M12 10.5a4 4 0 1 1 0 8a4 4 0 1 1 0-8M12 12.5v2l1.5 1",
  expired: "M9.5 10.5h5l-5 8h5z",
};

/** The icon of an outcome, in the outline of its tone. */
export function icon(outcome, tone) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  for (const drawn of [OUTLINES[tone] || OUTLINES.grey, MARKS[outcome] || MARKS.unreadable]) {
    const path = document.createElementNS(SVG, "path");
    path.setAttribute("d", drawn);
    svg.append(path);
  }
  return svg;
}
