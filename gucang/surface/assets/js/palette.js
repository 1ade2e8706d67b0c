// Ctrl/⌘ K: pages and actions at once from this page, records from the search page of the server.
import { onKey, onTyped, select, unselect } from "./keys.js";
import { ask, elements } from "./page.js";

const dialog = document.getElementById("palette");
const input = dialog.querySelector("input");
const found = dialog.querySelector(".found");
let running = null;

const options = () => [...found.querySelectorAll("[role=option]")];
const chosen = () => options().findIndex((option) => option.getAttribute("aria-selected") === "true");

function heading(text) {
  return Object.assign(document.createElement("div"), { className: "h", textContent: text });
}

function option(link) {
  const made = document.createElement("a");
  made.href = link.href;
  made.setAttribute("role", "option");
  made.tabIndex = -1;
  made.append(...link.cloneNode(true).childNodes);
  made.querySelectorAll(".count").forEach((count) => count.remove());
  return made;
}

function local(text) {
  const wanted = text.trim().toLowerCase();
  const group = (title, selector) => {
    const links = [...document.querySelectorAll(selector)].filter((link) => link.textContent.toLowerCase().includes(wanted));
    return links.length ? [heading(title), ...links.map(option)] : [];
  };
  return [...group(dialog.dataset.titlePages, ".rail li a"), ...group(dialog.dataset.titleCreate, "[data-quick-create]")];
}

function none(text) {
  return Object.assign(document.createElement("div"), { className: "none", textContent: text });
}

async function search(text) {
  running?.abort();
  const here = local(text);
  if (!text.trim()) { show(here); return; }
  running = new AbortController();
  const waiting = setTimeout(() => show([none(dialog.dataset.waiting), ...here]), 100);
  try {
    const address = `${dialog.querySelector("form").action}?${new URLSearchParams({ q: text.trim() })}`;
    const response = await ask(address, { headers: { "X-Palette": "1" }, signal: running.signal });
    clearTimeout(waiting);
    const remote = response.ok ? results(elements(await response.text())) : [none(dialog.dataset.failed)];
    show([...remote, ...here].length ? [...remote, ...here] : [none(dialog.dataset.nothing)]);
  } catch (error) {
    clearTimeout(waiting);
    if (error.name !== "AbortError") show([none(dialog.dataset.failed), ...here]);
  }
}

// The search page marks its headings with data-group and its links with data-result.
function results(page) {
  return [...page.querySelectorAll("[data-group], a[data-result]")].map((part) => part.matches("a") ? option(part) : heading(part.textContent.trim()));
}

function show(parts) {
  found.replaceChildren(...parts);
  select(options(), 0, input);
}

// Enter right after typing, before the answer is there, opens the search page instead of an older result.
onTyped(input, search, { begun: () => unselect(options()) });
onKey(dialog, (event) => {
  if (event.key === "Escape") { event.preventDefault(); dialog.close(); } // a search box would only empty itself
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    select(options(), chosen() + (event.key === "ArrowDown" ? 1 : -1), input);
  }
  if (event.key === "Enter" && options()[chosen()]) {
    event.preventDefault();
    options()[chosen()].click();
  }
});
found.addEventListener("pointermove", (event) => {
  const at = options().indexOf(event.target.closest("[role=option]"));
  if (at >= 0 && at !== chosen()) select(options(), at, input);
});

/** Starts with what stands in the box by now. */
export function begin() {
  search(input.value);
}
