// Theme and text size change at once; the server learns it in the background and draws the next page that way.
import { ask } from "./page.js";

const root = document.documentElement;
const apply = {
  theme(value) {
    root.dataset.choice = value;
    const dark = value === "dark" || (value === "system" && matchMedia("(prefers-color-scheme: dark)").matches);
    root.dataset.theme = dark ? "dark" : "light";
  },
  keys: (value) => { document.body.dataset.keys = value; },
  text_size: (value) => root.classList.toggle("text-large", value === "large"),
};

export function setUpLooks() {
  document.addEventListener("submit", (event) => {
    const button = event.submitter;
    if (!event.target.matches("[data-looks]") || !apply[button?.name]) return; // the language needs a new page
    event.preventDefault();
    apply[button.name](button.value);
    button.parentElement.querySelectorAll("button").forEach((one) => one.setAttribute("aria-pressed", String(one === button)));
    if (button.name !== "keys") try { localStorage.setItem(button.name === "theme" ? "gc-theme" : "gc-text", button.value); } catch { /* forbidden storage: the server knows it anyway */ }
    const data = new FormData(event.target);
    data.set(button.name, button.value);
    ask(event.target.action, { data }).catch(() => {}); // only the next page would look different
  });
}
