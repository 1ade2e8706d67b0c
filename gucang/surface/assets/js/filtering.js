// The filter editor in a dialog: the server draws every change of its rows; what is typed stays, and so does the focus.
import { openDialog } from "./dialogs.js";
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

async function draw(dialog, url, { focus } = {}) {
  const response = await ask(url).catch(() => null);
  if (complain(response) || response.status === 204) return false;
  if (!response.ok && response.status !== 422) return false;
  dialog.querySelector(".fill").replaceChildren(elements(await response.text()));
  setUpNewContent();
  const wrong = dialog.querySelector(".cond.bad :is(input, select):not([type=hidden])");
  (wrong ?? focus?.() ?? dialog.querySelector(".cond:last-of-type :is(input, select):not([type=hidden])"))?.focus();
  return true;
}

function addressOf(form, submitter) {
  const data = new URLSearchParams(new FormData(form));
  if (submitter?.name) data.set(submitter.name, submitter.value);
  return `${form.getAttribute("action")}?${data}`;
}

export async function openFilters(link) {
  const dialog = frame(link.dataset.filterOpen);
  dialog.addEventListener("submit", (event) => {
    event.preventDefault();
    draw(dialog, addressOf(event.target, event.submitter ?? { name: "do", value: "apply" }));
  });
  // A combo box reports every letter; only a value that has been taken changes the row.
  const was = new WeakMap();
  dialog.addEventListener("focusin", (event) => {
    const select = event.target.closest(".input")?.querySelector("[data-redraw]");
    if (select && !was.has(select)) was.set(select, select.value);
  });
  dialog.addEventListener("change", (event) => {
    const { target } = event;
    const taken = target.matches("[data-redraw]") ? target.value && target.value !== was.get(target) : target.matches("[data-value]") && target.value;
    if (!taken) return;
    const { name } = target;
    const next = () => {
      const same = dialog.querySelector(`[name="${CSS.escape(name)}"]`)?.closest(".cond");
      return [...(same?.querySelectorAll(".val :is(input, select):not([type=hidden])") ?? [])].find((one) => one.offsetParent);
    };
    draw(dialog, addressOf(target.form), { focus: next });
  });
  if (await draw(dialog, link.href)) openDialog(dialog, link); else dialog.remove();
}
