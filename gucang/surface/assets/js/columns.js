// Columns of a list: their width by dragging the edge of a head or by arrow keys.
import { onKey } from "./keys.js";
import { elements, setUpNewContent } from "./page.js";

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

export function setUpColumns(table) {
  for (const head of table.querySelectorAll("th[data-column]")) setUpEdge(table, head);
}
