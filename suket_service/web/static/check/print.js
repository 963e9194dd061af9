// The button that prints the page; without this script there is none.
const button = document.getElementById("print");
button.hidden = false;
button.addEventListener("click", () => window.print());
