// Short messages with undo. They leave after eight seconds, but never while someone points at them or has focus inside.
import { csrf, whenPresent, word } from "./page.js";

const STAYS = 8000; // ms

function setUp(toast) {
  let timer = 0;
  const leave = () => toast.remove();
  const start = () => { timer = setTimeout(leave, STAYS); };
  const stop = () => clearTimeout(timer);
  for (const name of ["pointerenter", "focusin"]) toast.addEventListener(name, stop);
  for (const name of ["pointerleave", "focusout"]) toast.addEventListener(name, start);
  toast.querySelector("[data-toast-close]")?.addEventListener("click", leave);
  if (toast.closest("#toasts")) start(); // the ones shown on /design stay
}

function button(className, text) {
  const made = document.createElement("button");
  made.className = className;
  made.textContent = text;
  return made;
}

/** Shows a message, instead of an earlier one `about` the same. `undo_url` is posted to when 撤销 is pressed; `link` is [text, address]. */
export function toast({ text, tone = "ok", undo_url: undo, link, about }) {
  if (about) document.querySelectorAll(`#toasts [data-about="${about}"]`).forEach((one) => one.remove());
  const made = document.createElement("div");
  Object.assign(made, { className: "toast", role: "status" });
  made.setAttribute("role", "status");
  Object.assign(made.dataset, { toast: "", tone, ...(about ? { about } : {}) });
  made.append(Object.assign(document.createElement("span"), { textContent: text }));
  if (undo) {
    const form = Object.assign(document.createElement("form"), { method: "post", action: undo });
    form.append(Object.assign(document.createElement("input"), { type: "hidden", name: "csrfmiddlewaretoken", value: csrf() }));
    form.append(button("undo", word("undo")));
    made.append(form);
  }
  if (link) made.append(Object.assign(document.createElement("a"), { className: "undo", textContent: link[0], href: link[1] }));
  const close = button("close", "×");
  close.type = "button";
  close.dataset.toastClose = "";
  close.setAttribute("aria-label", word("close"));
  made.append(close);
  document.getElementById("toasts")?.append(made);
  setUp(made);
}

export function setUpToasts() {
  whenPresent("[data-toast]", setUp);
  document.addEventListener("toast", (event) => toast(event.detail.value ?? event.detail));
}
