// Everything that every page needs; what only some pages need is loaded when it is there or asked for.
import htmx from "htmx.org";
import { setUpComposers } from "./composer.js";
import { closeMenus, openDialog, setUpDialogs } from "./dialogs.js";
import { setUpDrafts } from "./drafts.js";
import { setUpForms } from "./forms.js";
import { isTyping, onKey, plainKey } from "./keys.js";
import { setUpLists } from "./lists.js";
import { setUpLooks } from "./looks.js";
import { complain, csrf, setUpNewContent, signedOut, whenPresent, word } from "./page.js";
import { setUpToasts, toast } from "./toasts.js";

window.htmx = htmx;
const onMac = /Mac|iPhone|iPad/.test(navigator.platform);

// The box is there before its script is: letters typed at once belong to it, and “c” among them must not be a command.
async function openPalette(text = "") {
  const dialog = document.getElementById("palette");
  if (!dialog) return;
  closeMenus();
  if (!dialog.open) dialog.showModal();
  const input = dialog.querySelector("input");
  input.value = text;
  input.focus();
  (await import("./palette.js")).begin();
}

const press = (selector) => document.querySelector(selector)?.click();
const COMMANDS = {
  "/": () => openPalette(),
  a: () => press("[data-answer]"),
  F2: () => press("[data-answer]"),
  "?": () => openDialog(document.getElementById("keys")),
  c: () => create(),
  s: () => press("[data-star]"),
  w: () => document.querySelector("[data-composer] textarea")?.focus(),
};

let going = 0; // when g was pressed
function onCommand(event) {
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") { event.preventDefault(); openPalette(); return; }
  if (!plainKey(event) || isTyping(event.target) || document.querySelector("dialog[open]")) return;
  const to = Date.now() - going < 1500 && document.querySelector(`[data-go="${CSS.escape(event.key)}"]`);
  going = event.key === "g" ? Date.now() : 0;
  const verb = { e: "edit", y: "agree", r: "send_back" }[event.key];
  const edit = verb && !document.querySelector("table[data-list]") && document.querySelector(`#page [data-deed=${verb}]:not([data-why])`);
  const command = to ? () => to.click() : edit ? () => edit.click() : COMMANDS[event.key];
  if (!command) return;
  event.preventDefault();
  event.stopImmediatePropagation(); // the second key of “g k” is no step up in a list
  command();
}

// The page's own “new” first, else the menu of everything that can be made.
function create() {
  const own = document.querySelector("[data-create]");
  const menu = document.getElementById("quick-create");
  if (own) own.click();
  else if (menu) { menu.open = true; menu.querySelector(".menu-list a")?.focus(); }
}

function setUpSearch(form) {
  const input = form.querySelector("input");
  form.addEventListener("pointerdown", (event) => { event.preventDefault(); openPalette(); });
  input.addEventListener("input", (event) => { if (!event.isComposing) { openPalette(input.value); input.value = ""; } });
  input.addEventListener("compositionend", () => { openPalette(input.value); input.value = ""; });
}

// Ctrl+P prints the page; the menu of a record prints its timeline as well when asked.
function setUpPrint() {
  document.addEventListener("click", (event) => {
    const what = event.target.closest("[data-print]")?.dataset.print;
    if (!what) return;
    closeMenus();
    document.documentElement.classList.toggle("print-timeline", what === "timeline");
    print();
  });
  addEventListener("afterprint", () => document.documentElement.classList.remove("print-timeline"));
}

function setUpHtmx() {
  document.addEventListener("htmx:config:request", (event) => { event.detail.ctx.request.headers["X-CSRFToken"] ??= csrf(); });
  document.addEventListener("htmx:before:response", (event) => {
    if (!signedOut(event.detail.ctx.response.raw)) return;
    event.preventDefault();
    document.dispatchEvent(new CustomEvent("signed-out"));
  });
  document.addEventListener("htmx:response:error", (event) => {
    const { status } = event.detail.ctx.response;
    if (status === 403 || status === 429 || status >= 500) complain(event.detail.ctx.response);
  });
  document.addEventListener("htmx:error", (event) => { if (event.detail.ctx) complain(null); });
  document.addEventListener("htmx:after:swap", setUpNewContent);
  let running = 0;
  const count = (by) => { running = Math.max(running + by, 0); document.documentElement.classList.toggle("is-working", running > 0); };
  document.addEventListener("htmx:before:request", () => count(1));
  document.addEventListener("htmx:finally:request", () => count(-1));
}

/** Of more tabs than fit, the current one is in view. */
const showTab = () => document.querySelectorAll(".tabs > [aria-current]").forEach((tab) => { tab.parentElement.scrollLeft = tab.offsetLeft - tab.parentElement.clientWidth / 3; });

function setUpConnection() {
  const show = () => document.querySelectorAll("[data-offline]").forEach((banner) => { banner.hidden = navigator.onLine; });
  addEventListener("online", show);
  addEventListener("offline", show);
  show();
  document.addEventListener("signed-out", () => toast({
    text: word("signedOut"), tone: "bad", link: [word("signIn"), `${word("signInUrl")}?${new URLSearchParams({ next: location.pathname + location.search })}`],
  }));
}

onKey(document, onCommand); // before the others, which must not see the second key of “g c”
setUpDialogs();
setUpToasts();
setUpLooks();
setUpDrafts();
setUpForms();
setUpLists();
setUpComposers();
setUpHtmx();
setUpPrint();
setUpConnection();
showTab();
whenPresent("[data-palette-open]", setUpSearch);
whenPresent("[data-mod-key]", (key) => { if (onMac) key.textContent = `⌘${key.dataset.modKey}`; });
whenPresent("[data-combo]", async (holder) => (await import("./combo.js")).enhanceSelect(holder));
whenPresent("[data-record-picker]", async (holder) => (await import("./combo.js")).enhanceRecordPicker(holder));
whenPresent("table[data-widths]", async (table) => (await import("./columns.js")).setUpColumns(table));
whenPresent("[data-ordered]", async (list) => (await import("./ordering.js")).setUpOrdered(list));
whenPresent("[data-filter-open]", (link) => link.addEventListener("click", async (event) => {
  if (event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  (await import("./filtering.js")).openFilters(link);
}));
whenPresent("[data-lines]", async (holder) => (await import("./lines.js")).setUpLines(holder));
whenPresent("[data-board]", async (board) => (await import("./board.js")).setUpBoard(board));
whenPresent("[data-show-by]", async (place) => (await import("./shownby.js")).showBy(place));
whenPresent("[data-parts]", async (box) => (await import("./parts.js")).setUpParts(box));
whenPresent("[data-choices]", async (list) => (await import("./choices.js")).setUpChoices(list));
whenPresent("[data-order]", async (list) => (await import("./ordering.js")).setUpOrder(list));
whenPresent("[data-calendar]", async (page) => (await import("./calendar.js")).setUpCalendar(page));
whenPresent("[data-attach]", async (box) => (await import("./files.js")).setUpFiles(box));
whenPresent("[data-gallery]", (gallery) => gallery.addEventListener("click", async (event) => {
  const link = event.target.closest("[data-preview]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  (await import("./viewer.js")).openViewer(link);
}));
whenPresent("[data-grid]", async (grid) => (await import("./grid.js")).setUpGrid(grid));
