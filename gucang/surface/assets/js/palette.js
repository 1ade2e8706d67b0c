// Ctrl/⌘ K: what can be done on this page and where it leads, at once; records and people from the search of the server.
import { onKey, onTyped, select, unselect } from "./keys.js";
import { announce, ask, elements, word } from "./page.js";

const dialog = document.getElementById("palette");
const input = dialog.querySelector("input");
const found = dialog.querySelector(".found");
let running = null;

const options = () => [...found.querySelectorAll("[role=option]")];
const chosen = () => options().find((option) => option.getAttribute("aria-selected") === "true");

function make(tag, klass, ...parts) {
  const made = Object.assign(document.createElement(tag), { className: klass });
  made.append(...parts);
  return made;
}

let groups = 0;
function group(title, made) {
  if (!made.length) return [];
  const heading = Object.assign(make("div", "h", title), { id: `palette-group-${++groups}` });
  const holder = make("div", "", heading, ...made);
  holder.setAttribute("role", "group");
  holder.setAttribute("aria-labelledby", heading.id);
  return [holder];
}

function asOption(made) {
  made.setAttribute("role", "option");
  made.tabIndex = -1;
  return made;
}

/** A link of the page or of the answer. */
function ofLink(link) {
  const made = asOption(make("a", "", ...link.cloneNode(true).childNodes));
  made.href = link.href;
  made.querySelectorAll(".count").forEach((count) => count.remove());
  for (const name of ["pin", "pinned"]) if (name in link.dataset) made.dataset[name] = link.dataset[name];
  return made;
}

/** Something to be done on this page: choosing it presses what is there, or says why that cannot be done now. */
function ofDeed(deed) {
  const made = asOption(make("div", "", ...[...deed.querySelectorAll(":scope .i")].slice(0, 1).map((icon) => icon.cloneNode(true)), make("span", "ell", nameOf(deed))));
  if (deed.dataset.why) {
    made.setAttribute("aria-disabled", "true");
    made.append(make("span", "meta", deed.dataset.why));
  }
  const press = deed.matches("form") ? deed.querySelector("button") : deed;
  made.addEventListener("click", () => {
    if (deed.dataset.why) { announce(deed.dataset.why); return; }
    dialog.close();
    press.click();
  });
  return made;
}

const nameOf = (deed) => deed.dataset.deedName || deed.textContent.trim();
const wordFits = (deed, word) => nameOf(deed).toLowerCase().includes(word) || (deed.dataset.said ?? "").split(" ").some((way) => way.startsWith(word));
const fits = (deed, text) => text.split(/\s+/).every((word) => wordFits(deed, word));

/** What can be done, by its name; what cannot be done now only for who asks for it, with the reason. */
function deeds(selector, text) {
  const byName = new Map();
  for (const deed of document.querySelectorAll(selector)) {
    if (fits(deed, text) && (text || !deed.dataset.why) && !byName.has(deed.dataset.deed)) byName.set(deed.dataset.deed, deed);
  }
  return [...byName.values()].map(ofDeed);
}

/** What this page itself can do; a look beside a list comes before the list. */
function here(text) {
  const holder = document.querySelector("#peek:not([hidden]) [data-deeds-of], #page [data-deeds-of]");
  const title = holder ? word("onRecord", { record: holder.dataset.deedsOf }) : "";
  const picked = document.querySelector("[data-bulk][data-on]");
  return [
    ...(holder ? group(title, deeds(holder.closest("#peek") ? "#peek [data-deed]" : "#page [data-deed]", text)) : []),
    ...(picked ? group(word("withPicked", { num: picked.querySelector("[data-count]").textContent }), deeds("[data-bulk] [data-deed]", text)) : []),
  ];
}

/** Dark, large, English: one Latin letter begins too many of their words. */
const looks = (text) => text.length > 1 || text > "~" ? group(dialog.dataset.titleLooks, deeds("[data-looks] [data-deed][aria-pressed=false]", text)) : [];

/** What the frame of the page knows, until the server answers, which knows pinyin, English and all the settings. */
function places(text) {
  const links = (selector) => [...document.querySelectorAll(selector)].filter((link) => link.textContent.toLowerCase().includes(text));
  return [
    ...group(dialog.dataset.titlePages, links(".rail li a").map(ofLink)),
    ...group(dialog.dataset.titleCreate, links("[data-quick-create]").map(ofLink)),
  ];
}

/** The search page marks its groups, their headings and their lines. */
const remote = (page) => [...page.querySelectorAll(".found-group")].flatMap((part) => group(part.querySelector("[data-group]").textContent.trim(), [...part.querySelectorAll("a[data-result]")].map(ofLink)));
const none = (text) => make("div", "none", text);

async function search(raw) {
  running?.abort();
  const text = raw.trim();
  const small = text.toLowerCase();
  const before = [...here(small), ...looks(small)];
  const help = group(dialog.dataset.titleHelp, deeds("[data-help]", small));
  const atOnce = places(small);
  const mine = running = new AbortController();
  const waiting = setTimeout(() => show([...before, ...atOnce, ...(text ? [none(dialog.dataset.waiting)] : []), ...help]), 100);
  let answer = [none(dialog.dataset.failed), ...atOnce];
  try {
    const asked = new URLSearchParams({ q: text, here: location.pathname + location.search });
    const response = await ask(`${dialog.querySelector("form").action}?${asked}`, { headers: { "X-Palette": "1" }, signal: mine.signal });
    if (response.ok) answer = [...remote(elements(await response.text())), ...(text ? [] : atOnce)];
  } catch (error) {
    if (error.name === "AbortError") return;
  } finally {
    clearTimeout(waiting);
  }
  if (mine !== running) return;
  running = null;
  const all = [...before, ...answer, ...help];
  if (!all.length) announce(dialog.dataset.nothing);
  show(all.length ? all : [none(dialog.dataset.nothing)]);
}

function show(parts) {
  const was = options().indexOf(chosen());
  found.replaceChildren(...parts);
  select(options(), Math.max(was, 0) < options().length ? Math.max(was, 0) : 0, input);
}

/** Pins or unpins a record; the server keeps it. */
async function pin(option) {
  if (!option?.dataset.pin) return;
  const data = new FormData();
  const on = !("pinned" in option.dataset);
  data.set("on", on ? "1" : "");
  const response = await ask(option.dataset.pin, { data }).catch(() => null);
  if (!response?.ok) { announce(word("failed")); return; }
  for (const one of options().filter((each) => each.dataset.pin === option.dataset.pin)) one.toggleAttribute("data-pinned", on);
  announce(word(on ? "pinned" : "unpinned"));
  if (running) search(input.value); // what is on its way was found before that
}

function step(by) {
  const all = options();
  select(all, all.indexOf(chosen()) + by, input);
}

// Enter right after typing, before the answer is there, opens the search page instead of an older result.
onTyped(input, search, { begun: () => unselect(options()) });
onKey(dialog, (event) => {
  const option = chosen();
  const does = {
    Escape: () => dialog.close(), // a search box would only empty itself
    ArrowDown: () => step(1),
    ArrowUp: () => step(-1),
    PageDown: () => step(Math.min(8, options().length - 1 - options().indexOf(option))),
    PageUp: () => step(-Math.min(8, options().indexOf(option))),
    Enter: option && (() => ((event.ctrlKey || event.metaKey) && option.href ? window.open(option.href) : option.click())),
  }[event.key] ?? (event.altKey && event.code === "KeyP" ? () => pin(option) : null);
  if (does) { event.preventDefault(); does(); }
});
found.addEventListener("pointermove", (event) => {
  const at = options().indexOf(event.target.closest("[role=option]"));
  if (at >= 0 && options()[at] !== chosen()) select(options(), at, input);
});
found.addEventListener("click", (event) => {
  if (!event.target.closest(".pin")) return;
  event.preventDefault();
  pin(event.target.closest("[role=option]"));
});

/** Starts with what stands in the box by now. */
export function begin() {
  search(input.value);
}
