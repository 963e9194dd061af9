// Goes on with a file, a while at a time, and shows how far it is. Without it a button does the same.

const form = document.querySelector("form[data-run]");

/** Ask for the next while until the file is through; then show its page. */
async function run() {
  const bar = form.querySelector("progress");
  const told = form.querySelector("[role=status]");
  form.querySelector("[data-progress]").hidden = false;
  form.querySelector("button").disabled = true;
  const number = new Intl.NumberFormat(document.documentElement.lang);
  for (;;) {
    const answer = await fetch(form.action, {
      method: "POST",
      headers: { Accept: "application/json" },
      body: new URLSearchParams(new FormData(form)),
    });
    if (!answer.ok || answer.headers.get("Content-Type") !== "application/json") throw new Error("no progress");
    const { done, rows, confirmed } = await answer.json();
    bar.max = rows;
    bar.value = done;
    told.textContent = form.dataset.told.replace("%1", number.format(done)).replace("%2", number.format(rows));
    if (confirmed) return location.replace(form.dataset.page);
  }
}

form?.addEventListener("submit", (event) => {
  event.preventDefault();
  // Whatever stands in the way (a session that ended, a refusal) has a page that says so: the plain form leads there.
  run().catch(() => form.submit());
});
