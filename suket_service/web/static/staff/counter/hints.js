// Hints about a NIK while a form is filled in. The service knows the rules; a hint refuses nothing.

const PAUSE_MS = 400;
const WATCHED = ["nik", "nama", "tanggal_lahir", "jenis_kelamin", "kode_wilayah"];

/** Ask for hints whenever something changes that a NIK says something about. */
export function watchHints(form) {
  const box = form.querySelector("[data-hints]");
  if (box === null) return;
  let timer = 0;
  let turn = 0;

  async function ask() {
    const mine = ++turn;
    let hints;
    try {
      const answer = await fetch(form.dataset.hintsUrl, { method: "POST", body: asked(form), cache: "no-store" });
      if (!answer.ok || answer.redirected) return;
      hints = await answer.json();
    } catch {
      return; // without an answer there is nothing to say
    }
    if (mine === turn) show(box, hints);
  }

  form.addEventListener("input", (event) => {
    if (!WATCHED.includes(event.target.name)) return;
    clearTimeout(timer);
    timer = setTimeout(ask, PAUSE_MS);
  });
}

function asked(form) {
  const fixed = { nik: form.dataset.nik, tanggal_lahir: form.dataset.born, jenis_kelamin: form.dataset.sex };
  const body = new URLSearchParams({ csrf_token: form.elements.csrf_token.value });
  for (const name of WATCHED) body.set(name, form.elements[name]?.value ?? fixed[name] ?? "");
  return body;
}

function show(box, hints) {
  const list = box.querySelector("ul");
  list.replaceChildren(
    ...hints.map((hint) => Object.assign(document.createElement("li"), { textContent: hint.text })),
  );
  box.hidden = hints.length === 0;
}
