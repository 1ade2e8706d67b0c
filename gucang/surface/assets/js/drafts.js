// Typed text survives an expired sign-in, a closed lid and a wrong click: it is kept in this tab until the server has it.
// sessionStorage, because it ends with the tab: on a shared computer the next person must not find it.
import { whenPresent, word } from "./page.js";

const PREFIX = "gc-draft:";
const SKIPPED = new Set(["password", "file", "hidden", "submit", "button"]);

const read = (key) => { try { return JSON.parse(sessionStorage.getItem(PREFIX + key)); } catch { return null; } };
const write = (key, value) => { try { sessionStorage.setItem(PREFIX + key, JSON.stringify(value)); } catch { /* full or forbidden */ } };
const forget = (key) => { try { sessionStorage.removeItem(PREFIX + key); } catch { /* forbidden */ } };
const keys = () => Object.keys(sessionStorage).filter((key) => key.startsWith(PREFIX)).map((key) => key.slice(PREFIX.length));

const kept = (form) => [...form.elements].filter((field) => field.name && !SKIPPED.has(field.type));

function valuesOf(form) {
  return kept(form).map((field) => [field.name, field.value, field.type === "checkbox" || field.type === "radio" ? field.checked : null]);
}

function restore(form, values) {
  let changed = false;
  const left = kept(form); // rows of a table share their names: each is given to once
  for (const [name, value, checked] of values) {
    const at = left.findIndex((one) => one.name === name && (checked === null || one.value === value));
    const [field] = at < 0 ? [] : left.splice(at, 1);
    if (!field || (checked === null ? field.value === value : field.checked === checked)) continue;
    if (checked === null) field.value = value; else field.checked = checked;
    field.dispatchEvent(new Event("change", { bubbles: true }));
    changed = true;
  }
  return changed;
}

function sayRestored(form, key) {
  const note = Object.assign(document.createElement("p"), { className: "note row", textContent: word("restored") });
  note.dataset.tone = "wait";
  note.setAttribute("role", "status");
  const discard = Object.assign(document.createElement("button"), { type: "button", className: "btn sm ml-auto", textContent: word("discard") });
  discard.addEventListener("click", () => { forget(key); form.reset(); note.remove(); });
  note.append(discard);
  form.prepend(note);
}

function setUp(form) {
  const key = form.dataset.draft;
  const draft = read(key);
  if (draft && restore(form, draft.values)) sayRestored(form, key);
  let timer = 0;
  const keep = (sent) => write(key, { values: valuesOf(form), sent });
  form.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(keep, 300, false); });
  form.addEventListener("submit", (event) => { clearTimeout(timer); if (!event.defaultPrevented) keep(true); });
  form.addEventListener("htmx:after:request", (event) => { if (event.detail.ctx?.response?.raw.ok) forget(key); });
}

/** What a grid kept on this device until it is sent. */
function forgetGrids() {
  try { Object.keys(localStorage).filter((key) => key.startsWith("gc-grid:")).forEach((key) => localStorage.removeItem(key)); } catch { /* forbidden */ }
}

/** A sent draft is done when the next page of the signed-in person is another one, or says that it is done. */
function dropDone() {
  if (!document.body.dataset.base) return; // the sign-in page
  const saidDone = document.querySelector("#toasts [data-tone=ok]");
  for (const key of keys()) {
    const again = document.querySelector(`form[data-draft="${CSS.escape(key)}"]`);
    if (read(key)?.sent && (saidDone || !again)) forget(key);
  }
}

export function setUpDrafts() {
  dropDone();
  whenPresent("form[data-draft]", setUp);
  document.addEventListener("submit", (event) => { if (event.target.matches("[data-sign-out]")) { keys().forEach(forget); forgetGrids(); } });
}
