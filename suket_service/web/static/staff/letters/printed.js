// A letter is printed in a window of its own: whoever comes back sees what that wrote down.
for (const form of document.querySelectorAll("form[data-print]")) {
  form.addEventListener("submit", () => {
    window.addEventListener("focus", () => location.reload(), { once: true });
  });
}
