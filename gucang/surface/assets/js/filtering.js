// The filter editor in a dialog: the server draws every change of its rows; what is typed stays, and so does the focus.
import { openDialog } from "./dialogs.js";
import { onKey } from "./keys.js";
import { ask, complain, elements, setUpNewContent, word } from "./page.js";

function frame(title) {
  const dialog = document.createElement("dialog");
  dialog.className = "dialog wide filter-dialog";
  dialog.setAttribute("aria-label", title);
  const head = elements(`<div class="head"><h2></h2><button class="icon-btn" type="button" data-close><svg class="i" aria-hidden="true"><use></use></svg></button></div><div class="fill"></div>`);
  head.querySelector("h2").textContent = title;
  head.querySelector("button").setAttribute("aria-label", word("close"));
  const sprite = document.querySelector("svg.i use").getAttribute("href").split("#")[0];
  head.querySelector("use").setAttribute("href", `${sprite}#i-x`);
  dialog.append(head);
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  return dialog;
}

/** What is filled in now: the form's values, and the letters of the boxes that have not been taken yet. */
function stateOf(form) {
  const loose = [...form.querySelectorAll("input[id]:not([name])")].map((one) => `${one.id}=${one.value}`);
  return `${new URLSearchParams(new FormData(form))} ${loose.join(" ")}`;
}

const CONTROLS = ":is(input, select):not([type=hidden])";
const shown = (all) => [...all].filter((one) => one.offsetParent);

/** The controls of a condition that nothing has been put into yet: its field first, then what it is compared with. */
function missing(cond) {
  const field = cond.querySelector(CONTROLS);
  if (!cond.querySelector(".val")) return field;
  const values = shown(cond.querySelectorAll(`.val ${CONTROLS}`));
  const filled = values.some((one) => (one.type === "checkbox" ? one.checked : one.value.trim()));
  return filled ? null : values[0];
}

/** Enter shows the result once every condition says something; before that it leads on to what is missing. */
function onEnter(event) {
  const cond = event.target.closest?.(".cond");
  if (event.key !== "Enter" || event.ctrlKey || event.metaKey || event.defaultPrevented || !cond || event.target.matches("button")) return;
  const lacking = missing(cond);
  if (!lacking) return;
  event.preventDefault();
  if (event.target.form.hasAttribute("aria-busy")) return; // what is missing is on its way
  if (lacking.type === "checkbox" && event.target.type === "checkbox") event.target.click();
  else if (lacking === event.target) event.target.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowDown", bubbles: true }));
  else lacking.focus();
}

/** Draws what the server makes of the form, one request after the other: what was typed meanwhile is sent once more. */
function editor(dialog) {
  let turn = Promise.resolve();
  const change = async (submitter, focus) => {
    const form = dialog.querySelector("[data-filter-form]");
    form.setAttribute("aria-busy", "true");
    let response;
    let html;
    let sent;
    do {
      sent = stateOf(form);
      response = await ask(addressOf(form, submitter)).catch(() => null);
      html = response && await response.text();
    } while (response?.ok && stateOf(form) !== sent);
    form.removeAttribute("aria-busy");
    await draw(dialog, response, html, focus);
  };
  return (submitter, focus) => { turn = turn.then(() => change(submitter, focus)); return turn; };
}

/** Puts an answer of the server into the dialog; answers whether there was one to put. */
async function draw(dialog, response, html, focus = () => null) {
  if (complain(response) || !response || response.status === 204) return false;
  if (!response.ok && response.status !== 422) return false;
  const held = () => (dialog.contains(document.activeElement) ? document.activeElement : {});
  const { id, selectionStart } = held();
  dialog.querySelector(".fill").replaceChildren(elements(html));
  const same = id ? dialog.querySelector(`[id="${CSS.escape(id)}"]`) : null;
  focusAt(same, selectionStart); // at once: a key that comes before the boxes are made would be lost
  setUpNewContent();
  await import("./combo.js"); // is here already, so the boxes have been made when this goes on
  const wrong = dialog.querySelector(`.cond.bad ${CONTROLS}`);
  const conds = [...dialog.querySelectorAll(".cond")];
  const now = held().id || id; // whoever has gone on since then is not called back either
  const next = wrong ?? focus(now) ?? conds.map(missing).findLast(Boolean) ?? conds.at(-1)?.querySelector(CONTROLS);
  if (!next) dialog.querySelector(".foot button")?.focus();
  else if (next !== document.activeElement) focusAt(next, next.id === id ? selectionStart : null);
  return true;
}

/** Focuses a control, with the cursor of a text box where it was. */
function focusAt(control, cursor) {
  control?.focus();
  if (control?.type === "text" && cursor != null) control.setSelectionRange(cursor, cursor);
}

function addressOf(form, submitter) {
  const data = new URLSearchParams(new FormData(form));
  if (submitter?.name) data.set(submitter.name, submitter.value);
  return `${form.getAttribute("action")}?${data}`;
}

export async function openFilters(link) {
  const dialog = frame(link.dataset.filterOpen);
  const send = editor(dialog);
  dialog.addEventListener("submit", (event) => {
    event.preventDefault();
    send(event.submitter ?? { name: "do", value: "apply" });
  });
  onKey(dialog, onEnter);
  // A combo box reports every letter; only a value that has been taken changes the row.
  const was = new WeakMap();
  dialog.addEventListener("focusin", (event) => {
    const select = event.target.closest(".input")?.querySelector("[data-redraw]");
    if (select && !was.has(select)) was.set(select, select.value);
  });
  dialog.addEventListener("change", (event) => {
    const { target } = event;
    if (event.detail?.typed) return; // “客户” may go on as “客户级别”
    const taken = target.matches("[data-redraw]") ? target.value && target.value !== was.get(target) : target.matches("[data-value]") && target.value;
    if (!taken) return;
    was.set(target, target.value);
    const { name } = target;
    const from = document.activeElement?.id;
    send(null, (id) => {
      const stays = id && id !== from && dialog.querySelector(`[id="${CSS.escape(id)}"]`);
      if (stays) return stays; // whoever has gone on meanwhile is not called back
      // Arrow keys change a select step by step, so it keeps the focus; a field that was taken leads on to its value.
      if (!name.endsWith(".f")) return dialog.querySelector(`[id="${CSS.escape(name)}"]`);
      const same = dialog.querySelector(`[name="${CSS.escape(name)}"]`)?.closest(".cond");
      return shown(same?.querySelectorAll(`.val ${CONTROLS}`) ?? [])[0];
    });
  });
  openDialog(dialog, link);
  const [response] = await Promise.all([ask(link.href).catch(() => null), import("./combo.js")]);
  if (!(await draw(dialog, response, response && await response.text()))) dialog.close();
}
