// Runs before the first paint, so that nobody sees the wrong theme flash. The server writes the person's choice into
// data-choice; before sign-in the choice of this browser counts.
const root = document.documentElement;
const dark = matchMedia("(prefers-color-scheme: dark)");

function stored(key) {
  try { return localStorage.getItem(key); } catch { return null; } // storage can be forbidden
}

function paint() {
  const choice = root.dataset.choice || stored("gc-theme") || "system";
  root.dataset.theme = choice === "system" ? (dark.matches ? "dark" : "light") : choice;
}

root.classList.add("scripts");
if (!root.dataset.choice && stored("gc-text") === "large") root.classList.add("text-large");
paint();
dark.addEventListener("change", paint);
