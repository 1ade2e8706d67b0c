// The calendar's page: which view it begins with, its keys, and the dialog that moves an entry. The grid comes when it
// is looked at; the agenda is the server's.
import { isTyping, onKey, plainKey } from "./keys.js";
import { openDialog } from "./dialogs.js";
import { ask, complain, elements } from "./page.js";

const WIDE = "(min-width: 641px)"; // a phone begins with the agenda

/** Opens the form that moves an entry; `when` is its address. */
export async function openMove(when) {
  const dialog = document.getElementById("move");
  const url = new URL(when, location.href);
  url.searchParams.set("next", location.pathname + location.search);
  const response = await ask(url.href).catch(() => null);
  if (response && [200, 409].includes(response.status)) {
    dialog.querySelector(".body").replaceChildren(elements(await response.text()));
    openDialog(dialog);
    dialog.querySelector("input[type=date]")?.focus();
  } else complain(response);
}

function setUpMoves() {
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a[data-when]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    openMove(link.href);
  });
}

function setUpKeys(page) {
  onKey(document, (event) => {
    if (!plainKey(event) || isTyping(event.target) || document.querySelector("dialog[open]")) return;
    const step = { t: "today", p: "prev", n: "next" }[event.key];
    const entry = event.target.closest?.("[data-entry]") ?? page.querySelector("[data-entry]:hover");
    if (step) document.querySelector(`[data-step=${step}]`)?.click();
    else if (event.key === "m" && entry?.dataset.entry) openMove(entry.dataset.entry);
    else return;
    event.preventDefault();
  });
}

/** A week begins on Monday, whoever reads it on a phone today: what is over lies above. */
function showToday(page) {
  const today = page.querySelector(".is-today");
  const far = today && today.getBoundingClientRect().top > innerHeight / 2;
  if (far && !matchMedia(WIDE).matches && !location.hash && !scrollY) today.scrollIntoView({ block: "start" });
}

export async function setUpCalendar(page) {
  setUpMoves();
  setUpKeys(page);
  const view = page.dataset.view || (matchMedia(WIDE).matches ? "month" : "agenda");
  if (view === "agenda") { page.classList.add("is-agenda"); showToday(page); return; }
  const grid = await import("./calendargrid.js").catch(() => null);
  if (grid) grid.drawGrid(page, view);
  else { page.classList.add("is-agenda"); complain(null); }
}
