// The papers that the chosen reason asks for, out of the page's own templates. What was typed is kept for the way back.

/** Show the papers of whatever reason is chosen. */
export function watchPapers(part) {
  const choice = part.querySelector("select");
  const place = part.querySelector("[data-papers]");
  const kept = new Map();
  choice.addEventListener("change", () => {
    for (const input of place.querySelectorAll("[name]")) kept.set(input.name, valueOf(input));
    place.replaceChildren();
    const template = part.querySelector(`template[data-papers-of="${CSS.escape(choice.value)}"]`);
    if (template === null) return;
    place.append(template.content.cloneNode(true));
    for (const input of place.querySelectorAll("[name]")) {
      if (kept.has(input.name)) restore(input, kept.get(input.name));
    }
  });
}

function valueOf(input) {
  return input.type === "checkbox" ? input.checked : input.value;
}

function restore(input, value) {
  if (input.type === "checkbox") input.checked = value;
  else input.value = value;
}
