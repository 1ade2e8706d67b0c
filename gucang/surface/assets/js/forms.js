// Forms: no double posting, a sign that it works after 100 ms, keys to save, a question before unsaved work is left.
import { onKey } from "./keys.js";
import { word } from "./page.js";

const BUSY_AFTER = 100; // ms
const FREE_AFTER = 8000; // ms; a download never leaves the page, so the form must come back by itself
const sent = new Map();
const dirty = new Set();

function release(form) {
  const state = sent.get(form);
  if (!state) return;
  clearTimeout(state.busy);
  clearTimeout(state.free);
  state.button?.removeAttribute("aria-busy");
  sent.delete(form);
}

function onSubmit(event) {
  const form = event.target;
  if (form.method !== "post") return;
  if (sent.has(form)) { event.preventDefault(); event.stopImmediatePropagation(); return; }
  if (event.defaultPrevented) return;
  dirty.delete(form);
  const button = event.submitter;
  sent.set(form, {
    button,
    busy: setTimeout(() => button?.setAttribute("aria-busy", "true"), BUSY_AFTER),
    free: setTimeout(() => release(form), FREE_AFTER),
  });
}

/** The form that a key saves: the one that is typed in, else the only one that the page is about. */
function formOf(event) {
  const form = event.target.closest?.("form") ?? document.querySelector("dialog[open] form, form[data-guard]");
  return form?.method === "post" ? form : null;
}

// Ctrl+Enter saves. Ctrl+S saves and goes on with the same form, where a page is one.
function onSaveKey(event) {
  const stays = event.key.toLowerCase() === "s";
  if (!(event.ctrlKey || event.metaKey) || event.altKey || (event.key !== "Enter" && !stays)) return;
  const form = formOf(event);
  if (!form || (stays && !form.matches(".form"))) return;
  event.preventDefault();
  if (stays && form.matches("[data-guard]") && !form.elements._stay) {
    form.append(Object.assign(document.createElement("input"), { type: "hidden", name: "_stay", value: "1" }));
  } else if (!stays) form.elements._stay?.remove();
  form.requestSubmit(form.querySelector("[data-save]"));
}

/** The first field within `place` that holds nothing yet, else the first one. */
export function firstEmpty(place) {
  const fields = [...place?.querySelectorAll(":is(input, select, textarea):not([type=hidden], [type=checkbox], [type=radio], [readonly], [disabled])") ?? []]
    .filter((field) => field.checkVisibility?.() ?? field.offsetParent);
  return fields.find((field) => !field.value) ?? fields[0];
}

/** What was wrong with a field is not said any more when it is being changed. */
function forgive(event) {
  const field = event.target.closest?.(".field.bad");
  if (!field) return;
  field.classList.remove("bad");
  field.querySelector(".err")?.remove();
  field.querySelectorAll("[aria-invalid]").forEach((control) => control.removeAttribute("aria-invalid"));
}

const labelOf = (field) => field.querySelector(".lab")?.firstChild.textContent.trim() ?? "";

/** What a form lacks is said under the field in the language of the page, not in a bubble in the browser's. */
function onInvalid(event) {
  const control = event.target;
  const field = control.closest(".field");
  if (!field) return;
  event.preventDefault();
  if (control.form.querySelector(":is(input, select, textarea):invalid") === control) control.focus();
  if (field.classList.contains("bad")) return;
  field.classList.add("bad");
  control.setAttribute("aria-invalid", "true");
  const said = Object.assign(document.createElement("span"), { className: "err" });
  said.setAttribute("role", "alert");
  said.textContent = control.validity.valueMissing ? word("needed", { field: labelOf(field) }) : control.validationMessage;
  field.append(said);
}

export function setUpForms() {
  document.addEventListener("invalid", onInvalid, true);
  document.addEventListener("input", forgive);
  document.addEventListener("change", forgive);
  document.addEventListener("submit", onSubmit);
  document.addEventListener("htmx:finally:request", (event) => release(event.target.closest?.("form") ?? event.target));
  // A field that decides what is asked next is taken: the server draws the form anew.
  document.addEventListener("change", ({ target, detail }) => {
    const by = target.matches("[data-redraw]") && target.value && !detail?.typed && target.form?.querySelector("[data-redraw-by]");
    if (by) target.form.requestSubmit(by);
  });
  // A form of nothing but a file is sent once one is chosen.
  document.addEventListener("change", ({ target }) => {
    if (target.matches("[data-sends]") && target.files?.length) target.form.requestSubmit();
  });
  document.addEventListener("input", (event) => {
    const form = event.target.closest("form[data-guard]");
    if (form) dirty.add(form);
  });
  document.querySelectorAll("form[data-unsaved]").forEach((form) => dirty.add(form)); // changed before this page came
  addEventListener("beforeunload", (event) => {
    for (const form of dirty) if (!form.isConnected) dirty.delete(form);
    if (dirty.size) { event.preventDefault(); event.returnValue = word("leave"); }
  });
  addEventListener("pageshow", () => [...sent.keys()].forEach(release)); // back from the next page
  onKey(document, onSaveKey);
  // A button that cannot be used says why (its tip) and does nothing.
  document.addEventListener("click", (event) => {
    if (event.target.closest("[aria-disabled=true]")) { event.preventDefault(); event.stopImmediatePropagation(); }
    // One that wants a word of explanation leads there first.
    const needed = document.getElementById(event.target.closest("[data-needs]")?.dataset.needs);
    if (needed && !needed.value.trim()) { event.preventDefault(); needed.focus(); }
  }, true);
  (document.querySelector("[data-focus]") ?? firstEmpty(document.querySelector("[data-focus-in]")))?.focus();
}
