// Lists: j and k move, x selects, e edits, Enter looks closer; selection, bulk bar, editing a cell in place, side panel.
import htmx from "htmx.org";
import { isTyping, onKey, plainKey } from "./keys.js";
import { announce, ask, complain, elements, setUpNewContent, word } from "./page.js";

const list = () => document.querySelector("table[data-list]");
const rowsOf = (table) => [...table.querySelectorAll("tbody:not([hidden]) tr[data-key]")];
const here = (table) => table.querySelector("tr.is-here");
const picks = () => [...document.querySelectorAll("[data-pick]")];

function goTo(table, row) {
  here(table)?.classList.remove("is-here");
  if (!row) return;
  row.classList.add("is-here");
  row.tabIndex = -1;
  row.focus({ preventScroll: true });
  row.scrollIntoView({ block: "nearest" });
}

const MORE_WITHIN = 10_000; // ms

/** Waits for the rows behind the last one of a body, if there are any; the pager brings them when it comes into sight. */
function more(body) {
  const pager = body.querySelector(":scope > .more-rows");
  if (!pager) return Promise.resolve(false);
  return new Promise((resolve) => {
    const done = (came) => { watcher.disconnect(); clearTimeout(timer); resolve(came); };
    const watcher = new MutationObserver(() => { if (!pager.isConnected) done(true); });
    const timer = setTimeout(() => done(false), MORE_WITHIN);
    watcher.observe(body, { childList: true });
    pager.scrollIntoView({ block: "nearest" });
  });
}

/** The row before or after another; behind the last one that is there, the next page is brought. Says where the list ends. */
async function beside(table, row, by) {
  if (!row) return rowsOf(table).at(by > 0 ? 0 : -1);
  if (by > 0 && !row.nextElementSibling?.dataset.key) await more(row.parentElement);
  const rows = rowsOf(table);
  const found = rows[rows.indexOf(row) + by];
  if (!found) announce(word(by > 0 ? "lastRow" : "firstRow"));
  return found;
}

async function move(table, by) {
  const row = await beside(table, here(table), by);
  if (!row) return;
  goTo(table, row);
  if (!panel()?.hidden && row.dataset.peekUrl) look(row);
}

// ---- selection ----------------------------------------------------------------------------------------------------
let lastPicked = null;

const everything = () => document.querySelector("[data-every]");

function showSelection() {
  const all = picks();
  const chosen = all.filter((pick) => pick.checked);
  const every = everything();
  if (every && chosen.length < all.length) every.checked = false;
  for (const pick of all) pick.closest("tr")?.setAttribute("aria-selected", String(pick.checked));
  for (const bar of document.querySelectorAll("[data-bulk]")) {
    bar.toggleAttribute("data-on", chosen.length > 0);
    bar.querySelector("[data-count]").textContent = every?.checked ? every.dataset.every : chosen.length.toLocaleString();
  }
  for (const head of document.querySelectorAll("[data-pick-all]")) {
    head.checked = chosen.length > 0 && chosen.length === all.length;
    head.indeterminate = chosen.length > 0 && chosen.length < all.length;
  }
}

/** Everything between the row that was picked last and this one, as far as picked as that one is. */
function pickTo(table) {
  const pick = here(table)?.querySelector("[data-pick]");
  if (!pick) return;
  if (lastPicked?.isConnected) { pick.checked = lastPicked.checked; pickUpTo(pick); } else pick.checked = true;
  lastPicked = pick;
  showSelection();
}

function unpick() {
  const some = picks().some((pick) => pick.checked);
  picks().forEach((pick) => { pick.checked = false; });
  showSelection();
  return some;
}

function pickUpTo(pick) {
  const all = picks();
  const [from, to] = [all.indexOf(lastPicked), all.indexOf(pick)].sort((a, b) => a - b);
  if (from >= 0) all.slice(from, to + 1).forEach((one) => { one.checked = pick.checked; });
}

function onPick(event) {
  const { target } = event;
  if (target.matches("[data-every]") && target.checked) picks().forEach((pick) => { pick.checked = true; });
  if (target.matches("[data-pick-all]")) picks().forEach((pick) => { pick.checked = target.checked; });
  if (target.matches("[data-pick]")) {
    if (event.shiftKey && lastPicked) pickUpTo(target);
    lastPicked = target;
  }
  if (target.closest("[data-pick-none]")) picks().forEach((pick) => { pick.checked = false; });
  if (target.closest("[data-pick-all], [data-pick], [data-pick-none], [data-every]")) showSelection();
}

// ---- side panel ---------------------------------------------------------------------------------------------------
const panel = () => document.getElementById("peek");

async function look(row) {
  const aside = panel();
  if (!row) return;
  if (!aside || !row.dataset.peekUrl) { if (row.dataset.url) location.href = row.dataset.url; return; }
  document.querySelectorAll("tr.is-open").forEach((open) => open.classList.remove("is-open"));
  row.classList.add("is-open");
  aside.setAttribute("aria-busy", "true");
  const response = await ask(row.dataset.peekUrl).catch(() => null);
  aside.removeAttribute("aria-busy");
  if (complain(response) || !response.ok || !row.classList.contains("is-open")) return;
  aside.replaceChildren(elements(await response.text()));
  aside.hidden = false;
  aside.closest(".list-wrap")?.classList.add("has-peek");
  htmx.process(aside);
  setUpNewContent();
}

function closePanel() {
  const aside = panel();
  if (!aside || aside.hidden) return false;
  aside.hidden = true;
  aside.closest(".list-wrap")?.classList.remove("has-peek");
  const row = document.querySelector("tr.is-open");
  row?.classList.remove("is-open");
  if (row) goTo(row.closest("table"), row);
  return true;
}

async function step(by) {
  const table = list();
  const next = await beside(table, table.querySelector("tr.is-open"), by);
  if (next) { goTo(table, next); look(next); }
  else document.dispatchEvent(new CustomEvent("toast", { detail: { text: word(by > 0 ? "lastRow" : "firstRow") } }));
}

// ---- a cell in place ----------------------------------------------------------------------------------------------
async function swapCell(cell, url, data) {
  const response = await ask(url, { data }).catch(() => null);
  if (complain(response) || response.status === 401) return null; // what was typed stays in the cell
  const fresh = elements(await response.text()).querySelector("td");
  if (!fresh || !cell.isConnected) return null;
  cell.replaceWith(fresh);
  htmx.process(fresh);
  const input = fresh.querySelector("input:not([type=hidden]), select, textarea");
  input?.focus();
  input?.select?.();
  return fresh;
}

const editable = (cell) => cell?.matches("[data-edit]") && swapCell(cell, `${cell.closest("tr").dataset.url}/cell/${cell.dataset.edit}?edit=1`);

async function saveCell(form) {
  if (form.dataset.saving) return null;
  form.dataset.saving = "1"; // blur and Enter both save; only the first may
  const saved = await swapCell(form.closest("td"), form.action, new FormData(form));
  if (!saved) delete form.dataset.saving;
  return saved;
}

async function onCellKey(event, form) {
  const cell = form.closest("td");
  if (event.key === "Escape") {
    event.preventDefault();
    event.stopPropagation();
    form.dataset.saving = "1";
    const back = await swapCell(cell, form.dataset.cancel || form.action);
    if (back) goTo(back.closest("table"), back.closest("tr"));
  }
  if (event.key === "Tab" || event.key === "Enter") {
    event.preventDefault();
    const saved = await saveCell(form);
    if (!saved || saved.classList.contains("cell-edit")) return; // refused: the sentence stands in the cell
    const cells = [...saved.closest("table").querySelectorAll("td[data-edit]")];
    if (event.key === "Tab") editable(cells[cells.indexOf(saved) + (event.shiftKey ? -1 : 1)]);
    else goTo(saved.closest("table"), saved.closest("tr"));
  }
}

// ---- groups -------------------------------------------------------------------------------------------------------
async function fold(link) {
  const body = document.getElementById(link.getAttribute("aria-controls"));
  const opens = link.getAttribute("aria-expanded") !== "true";
  if (opens && !body.rows.length) {
    link.setAttribute("aria-busy", "true");
    const response = await ask(link.dataset.rowsUrl).catch(() => null);
    link.removeAttribute("aria-busy");
    if (complain(response) || !response.ok) return;
    body.replaceChildren(elements(await response.text()));
    htmx.process(body);
    setUpNewContent();
  }
  link.setAttribute("aria-expanded", String(opens));
  body.hidden = !opens;
  const open = [...document.querySelectorAll("[data-fold][aria-expanded=true]")].map((one) => one.dataset.fold);
  const address = new URL(location.href);
  address.searchParams.delete("open");
  (open.length ? open : ["-"]).forEach((key) => address.searchParams.append("open", key));
  history.replaceState(history.state, "", address); // so that a reload, and a link passed on, show the same
}

function onFold(event) {
  const link = event.target.closest?.("[data-fold]");
  if (!link || event.ctrlKey || event.metaKey || (event.type === "keydown" && event.key !== " ")) return;
  event.preventDefault();
  fold(link);
}

// ---- keys ---------------------------------------------------------------------------------------------------------
const COMMANDS = {
  j: (table) => move(table, 1),
  k: (table) => move(table, -1),
  x: (table) => here(table)?.querySelector("[data-pick]")?.click(),
  e: (table) => editable(here(table)?.querySelector("[data-edit]")),
  X: pickTo,
  ArrowDown: (table) => here(table) === document.activeElement && move(table, 1),
  ArrowUp: (table) => here(table) === document.activeElement && move(table, -1),
  Enter: (table) => look(here(table)),
};

function onListKey(event) {
  const form = event.target.closest?.("form[data-cell]");
  if (form) { onCellKey(event, form); return; }
  if (document.querySelector("dialog[open]")) return;
  if (event.key === "Escape" && !isTyping(event.target) && (closePanel() || unpick())) { event.preventDefault(); return; }
  const table = list();
  const command = COMMANDS[event.key];
  if (!table || !command || !plainKey(event) || isTyping(event.target)) return;
  if (event.key === "Enter" && event.target.closest("a, button, summary, [data-pick]")) return;
  if (command(table) !== false) event.preventDefault();
}

function onRowClick(event) {
  const stepper = event.target.closest("[data-peek-step]");
  if (stepper) step(Number(stepper.dataset.peekStep));
  if (event.target.closest("[data-peek-close]")) closePanel();
  const row = event.target.closest("table[data-list] tbody tr[data-key]");
  if (!row || event.target.closest("a, button, input, select, label, form, .pick") || String(getSelection())) return;
  const cell = event.target.closest("td[data-edit]");
  if (cell) editable(cell); else { goTo(row.closest("table"), row); look(row); }
}

export function setUpLists() {
  document.addEventListener("click", onPick);
  document.addEventListener("click", onRowClick);
  document.addEventListener("click", onFold);
  onKey(document, onFold);
  onKey(document, onListKey);
  document.addEventListener("submit", (event) => {
    if (event.target.matches("form[data-cell]")) { event.preventDefault(); saveCell(event.target); }
  });
  document.addEventListener("focusout", (event) => {
    const form = event.target.closest?.("form[data-cell]");
    if (form && !form.contains(event.relatedTarget) && form.isConnected) saveCell(form);
  });
  document.addEventListener("htmx:after:swap", () => {
    if (everything()?.checked) picks().forEach((pick) => { pick.checked = true; }); // rows that came later are meant, too
    showSelection();
  });
  showSelection(); // the browser restores ticks after going back
}
