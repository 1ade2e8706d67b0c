// Native dialogs, questions before an act, and <details> menus that close as people expect.
import { firstEmpty } from "./forms.js";
import { onKey } from "./keys.js";

const openers = new WeakMap();

export function openDialog(dialog, opener = document.activeElement) {
  if (!dialog || dialog.open) return;
  openers.set(dialog, opener);
  dialog.showModal();
  // The first thing in a dialog is the button that closes it; the cursor belongs into its first field.
  if (!dialog.querySelector("[autofocus]")) firstEmpty(dialog.querySelector(".body"))?.focus();
}

/** Asks `text` with `verb` on the button; answers whether the person agreed. */
export function confirmed(text, verb) {
  const dialog = document.getElementById("confirm");
  if (!dialog) return Promise.resolve(window.confirm(text));
  dialog.querySelector("h2").textContent = text;
  const yes = dialog.querySelector("[data-yes]");
  yes.textContent = verb;
  openDialog(dialog);
  yes.focus();
  return new Promise((resolve) => {
    const agree = () => dialog.close("yes");
    yes.addEventListener("click", agree, { once: true });
    dialog.addEventListener("close", () => {
      yes.removeEventListener("click", agree);
      resolve(dialog.returnValue === "yes");
      dialog.returnValue = "";
    }, { once: true });
  });
}

function onClick(event) {
  const opener = event.target.closest("[data-dialog]");
  if (opener) { closeMenus(); openDialog(document.getElementById(opener.dataset.dialog), opener); }
  const closer = event.target.closest("[data-close]");
  if (closer) closer.closest("dialog")?.close();
  if (event.target.matches?.("dialog")) event.target.close(); // a click on the veil
  closeMenus(event.target.closest("[data-menu]"));
}

const agreed = new WeakSet();
async function onConfirm(event) {
  const button = event.submitter;
  const holder = button?.dataset.confirm ? button : event.target.dataset.confirm ? event.target : null;
  if (!holder || agreed.delete(event.target)) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  const verb = holder.dataset.confirmVerb || button?.textContent.trim();
  if (await confirmed(holder.dataset.confirm, verb)) {
    agreed.add(event.target);
    event.target.requestSubmit(button);
  }
}

export function closeMenus(except) {
  document.querySelectorAll("details[data-menu][open]").forEach((menu) => {
    if (menu !== except && !menu.contains(except ?? null)) menu.open = false;
  });
}

function onMenuKey(event) {
  const menu = event.target.closest?.("details[data-menu]");
  if (!menu) return;
  if (event.key === "Escape" && menu.open) {
    menu.open = false;
    menu.querySelector("summary").focus();
    event.stopPropagation();
  }
  if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
  menu.open = true;
  const items = [...menu.querySelectorAll(".menu-list :is(a, button)")].filter((item) => item.offsetParent);
  const step = event.key === "ArrowDown" ? 1 : -1;
  const at = items.indexOf(document.activeElement);
  items[(at < 0 && step < 0 ? items.length : at) + step < 0 ? items.length - 1 : (at + step) % items.length]?.focus();
  event.preventDefault();
}

export function setUpDialogs() {
  document.addEventListener("click", onClick);
  document.addEventListener("submit", onConfirm, true);
  document.addEventListener("close", (event) => openers.get(event.target)?.focus?.(), true);
  document.addEventListener("htmx:confirm", async (event) => {
    const { ctx, issueRequest, dropRequest } = event.detail;
    if (!ctx.confirm) return;
    event.preventDefault();
    const verb = ctx.sourceElement.dataset.confirmVerb || ctx.sourceElement.textContent.trim();
    (await confirmed(ctx.confirm, verb)) ? issueRequest() : dropRequest();
  });
  onKey(document, onMenuKey);
  document.querySelectorAll("dialog[data-open]").forEach((dialog) => openDialog(dialog));
}
