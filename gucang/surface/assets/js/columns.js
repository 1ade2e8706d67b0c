// Columns of a list: their width by dragging the edge of a head or by arrow keys. The order of columns, or of what else
// stands in an ordered list, by dragging and by buttons.
import { onKey } from "./keys.js";
import { announce, ask, elements, setUpNewContent } from "./page.js";

const [NARROW, WIDE, STEP] = [48, 800, 16]; // pixels

const widthsOf = (table) => new Map((table.dataset.widths ?? "").split(",").filter(Boolean).map((one) => [one.slice(0, one.lastIndexOf(":")), Number(one.slice(one.lastIndexOf(":") + 1))]));

function apply(table, head, width) {
  const at = [...head.parentElement.children].indexOf(head);
  if (width) head.setAttribute("width", width); else head.removeAttribute("width");
  for (const row of table.querySelectorAll("tbody tr[data-key]")) row.cells[at]?.classList.toggle("cut", Boolean(width));
}

/** Keeps the width in the address and on the server, and lets the chips say what can be saved now. */
async function keep(table) {
  const address = new URL(location.href);
  const text = [...widthsOf(table)].map((one) => one.join(":")).join(",");
  address.searchParams.delete("columns");
  table.querySelectorAll("th[data-column]").forEach((head) => address.searchParams.append("columns", head.dataset.column));
  if (text) address.searchParams.set("widths", text); else address.searchParams.delete("widths");
  history.replaceState(history.state, "", address);
  const response = await fetch(address, { credentials: "same-origin" }).catch(() => null);
  const fresh = response?.ok && elements(await response.text()).querySelector(".list-head .chips");
  if (fresh) { document.querySelector(".list-head .chips")?.replaceWith(fresh); setUpNewContent(); }
}

function resize(table, head, width) {
  const widths = widthsOf(table);
  const whole = width && Math.min(Math.max(Math.round(width), NARROW), WIDE);
  if (whole) widths.set(head.dataset.column, whole); else widths.delete(head.dataset.column);
  table.dataset.widths = [...widths].map((one) => one.join(":")).join(",");
  apply(table, head, whole);
  const edge = head.querySelector(".th-edge");
  edge.setAttribute("aria-valuenow", head.offsetWidth);
}

function setUpEdge(table, head) {
  const edge = Object.assign(document.createElement("span"), { className: "th-edge", tabIndex: 0 });
  for (const [name, value] of Object.entries({ role: "separator", "aria-orientation": "vertical", "aria-valuemin": NARROW, "aria-valuemax": WIDE, "aria-valuenow": head.offsetWidth, "aria-label": `${head.textContent.trim()} ↔` })) edge.setAttribute(name, value);
  head.append(edge);
  edge.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    edge.setPointerCapture(event.pointerId);
    edge.classList.add("is-held");
    const [from, width] = [event.clientX, head.offsetWidth];
    let moved = false;
    const drag = (move) => { moved = true; resize(table, head, width + move.clientX - from); };
    edge.addEventListener("pointermove", drag);
    edge.addEventListener("lostpointercapture", () => {
      edge.removeEventListener("pointermove", drag);
      edge.classList.remove("is-held");
      if (moved) keep(table);
    }, { once: true });
  });
  edge.addEventListener("dblclick", () => { resize(table, head, 0); keep(table); });
  let timer = 0;
  onKey(edge, (event) => {
    const by = { ArrowLeft: -STEP, ArrowRight: STEP }[event.key];
    if (!by && event.key !== "Home" && event.key !== "Delete") return;
    event.preventDefault();
    event.stopPropagation();
    resize(table, head, by ? head.offsetWidth + by : 0);
    clearTimeout(timer);
    timer = setTimeout(() => keep(table), 400);
  });
}

/** Writes the order into the boxes that carry it to the server, and tells the form that it has changed. */
function number(list, changed) {
  const places = [...list.querySelectorAll("[data-place]")];
  places.forEach((input, at) => { input.value = at + 1; });
  if (changed) places[0]?.dispatchEvent(new Event("input", { bubbles: true }));
}

/** Lets the items of a list be ordered by dragging, by their grip if they have one, and by their buttons. */
function setUpOrder(list) {
  let held = null;
  const nameOf = (item) => (item.querySelector("[data-name]")?.value ?? item.textContent).trim();
  const place = (item) => announce(`${nameOf(item)} ${[...list.children].indexOf(item) + 1}`);
  for (const item of list.querySelectorAll("[data-shown]")) {
    const grip = item.querySelector("[data-grip]");
    item.draggable = !grip;
    grip?.addEventListener("pointerdown", () => { item.draggable = true; });
    grip?.addEventListener("pointerup", () => { item.draggable = false; });
  }
  number(list, false);
  list.addEventListener("dragstart", (event) => {
    held = event.target.closest("li[data-shown]");
    if (!held) return;
    held.classList.add("is-held");
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", nameOf(held));
  });
  list.addEventListener("dragover", (event) => {
    const over = event.target.closest("li");
    if (!held || !over || over === held) return;
    event.preventDefault();
    const below = event.clientY > over.getBoundingClientRect().top + over.offsetHeight / 2;
    list.insertBefore(held, below ? over.nextSibling : over);
  });
  list.addEventListener("drop", (event) => { if (held) event.preventDefault(); });
  list.addEventListener("dragend", () => {
    if (!held) return;
    held.classList.remove("is-held");
    if (held.querySelector("[data-grip]")) held.draggable = false;
    number(list, true);
    held = null;
  });
  list.addEventListener("click", (event) => {
    const button = event.target.closest("[data-move]");
    if (!button) return;
    event.preventDefault();
    const item = button.closest("li");
    const other = button.dataset.move === "-1" ? item.previousElementSibling : item.nextElementSibling;
    if (other) list.insertBefore(item, button.dataset.move === "-1" ? other : other.nextSibling);
    number(list, true);
    button.focus();
    place(item);
  });
}

export function setUpColumns(table) {
  for (const head of table.querySelectorAll("th[data-column]")) setUpEdge(table, head);
}
export { setUpOrder };
