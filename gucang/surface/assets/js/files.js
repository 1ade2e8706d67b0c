// Files onto a record: chosen, dropped, pasted or photographed. One request each, so that a refused one takes no other
// along; what failed stays in sight with its sentence.
import { filesOf, giveTo, named } from "./composer.js";
import { isTyping } from "./keys.js";
import { announce, ask, csrf, elements, setUpNewContent } from "./page.js";
import { toast } from "./toasts.js";

const AT_ONCE = 2;
const key = () => [...crypto.getRandomValues(new Uint8Array(12))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
const current = () => document.querySelector("[data-attach]");
let running = 0;
let waiting = [];
let done = [];

/** A sentence of the box, with {names} filled in. */
function say(name, values = {}) {
  const text = current()?.querySelector("[data-file-words]")?.dataset[name] ?? "";
  return Object.entries(values).reduce((all, [one, value]) => all.replace(`{${one}}`, value), text);
}

function line(file) {
  const item = document.createElement("li");
  const bar = Object.assign(document.createElement("progress"), { className: "progress thin", max: 100, value: 0 });
  bar.setAttribute("aria-label", file.name);
  item.append(Object.assign(document.createElement("span"), { className: "ell", textContent: file.name }), bar);
  current()?.querySelector("[data-coming]")?.append(item);
  return item;
}

function refuse(job, sentence, again = false) {
  const note = Object.assign(document.createElement("div"), { className: "refusal", textContent: sentence });
  note.setAttribute("role", "alert");
  if (again) {
    const button = Object.assign(document.createElement("button"), { type: "button", className: "btn sm", textContent: say("again") });
    button.addEventListener("click", () => { job.item.remove(); start({ ...job, item: line(job.file) }); });
    note.append(button);
  }
  job.item.replaceChildren(note);
}

// fetch() does not tell how much has been sent.
function send(job) {
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    const data = new FormData();
    for (const [name, value] of Object.entries({ about_type: job.type, about_id: job.id, key: job.key })) data.append(name, value);
    data.append("files", job.file, job.file.name);
    request.upload.addEventListener("progress", (event) => {
      const bar = job.item.querySelector("progress");
      if (bar && event.lengthComputable) bar.value = (100 * event.loaded) / event.total;
    });
    request.addEventListener("loadend", () => resolve(request));
    request.open("POST", `${job.url}add`);
    for (const [name, value] of [["HX-Request", "true"], ["X-CSRFToken", csrf()], ["Accept", "application/json"]]) request.setRequestHeader(name, value);
    request.send(data);
  });
}

function answerOf(request) {
  try { return JSON.parse(request.responseText); } catch { return {}; } // the sign-in page, or a proxy's words
}

async function run(job) {
  running += 1;
  const request = await send(job);
  const answer = answerOf(request);
  if (request.status === 201 && answer.id) {
    done.push(answer);
    job.item.remove();
  } else if (answer.sentence) refuse(job, answer.sentence);
  else {
    if (request.status === 401 || /\/accounts\/login/.test(request.responseURL)) document.dispatchEvent(new CustomEvent("signed-out"));
    refuse(job, say("lost", { file: job.file.name }), true);
  }
  running -= 1;
  if (waiting.length) run(waiting.shift());
  else if (!running) finish(job);
}

async function finish(job) {
  const came = done;
  done = [];
  if (!came.length) return;
  const text = came.length > 1 ? say("many", { count: came.length }) : say("one", { file: came[0].name });
  await refresh(job);
  announce(text);
  toast({ text, undo_url: `${job.url}take-back?${came.map((one) => `id=${one.id}`).join("&")}` });
}

/** Draws the box anew; what was refused stays in it. */
async function refresh(job) {
  const response = await ask(`${job.url}box?${new URLSearchParams({ about_type: job.type, about_id: job.id })}`).catch(() => null);
  if (!response?.ok) return;
  const old = current();
  const fresh = elements(await response.text());
  fresh.querySelector("[data-coming]")?.append(...(old.querySelector("[data-coming]")?.children ?? []));
  old.replaceWith(fresh);
  setUpNewContent();
}

function start(job) {
  if (running < AT_ONCE) run(job); else waiting.push(job);
}

function take(files) {
  const box = current();
  const words = box?.querySelector("[data-file-words]")?.dataset;
  if (!words) return;
  const { attach: url, aboutType: type, aboutId: id } = box.dataset;
  const most = Number(words.mostFiles);
  files.slice(0, most).map(named).forEach((file) => {
    const job = { file, url, type, id, key: key(), item: line(file) };
    if (file.size > Number(words.mostMb) * 1024 * 1024) refuse(job, say("tooBig", { file: file.name }));
    else start(job);
  });
  if (files.length > most) refuse({ item: line(files[most]) }, say("tooMany"));
  box.scrollIntoView({ block: "nearest" });
}

function onPaste(event) {
  const files = filesOf(event.clipboardData);
  if (!files.length || event.defaultPrevented || document.querySelector("dialog[open]")) return;
  if (isTyping(event.target) && !event.target.closest("[data-composer]")) return;
  event.preventDefault();
  take(files);
}

// The veil lies over everything while files are over the window; the composer is a target of its own.
function setUpDrop() {
  const veil = Object.assign(document.createElement("div"), { className: "drop-veil", hidden: true });
  document.body.append(veil);
  let within = 0;
  const brings = (event) => event.dataTransfer?.types.includes("Files") && current() && !document.querySelector("dialog[open]");
  const show = (on) => { veil.hidden = !on; veil.textContent = say("drop"); if (!on) within = 0; };
  addEventListener("dragenter", (event) => { if (brings(event)) { within += 1; show(true); } });
  addEventListener("dragleave", (event) => { if (brings(event) && (within -= 1) <= 0) show(false); });
  addEventListener("dragover", (event) => { if (brings(event)) event.preventDefault(); });
  addEventListener("drop", (event) => {
    if (!brings(event)) return;
    event.preventDefault();
    show(false);
    const composer = event.target.closest?.("[data-composer]");
    const files = [...event.dataTransfer.files];
    if (composer) giveTo(composer, files); else take(files);
  });
}

let listening = false;
export function setUpFiles(box) {
  box.querySelectorAll("input[type=file]").forEach((input) => input.addEventListener("change", () => {
    const files = [...input.files];
    input.value = "";
    take(files);
  }));
  if (listening) return;
  listening = true;
  document.addEventListener("paste", onPaste);
  setUpDrop();
}
