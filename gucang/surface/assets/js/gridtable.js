// The table itself, drawn by Tabulator: columns, rows as they scroll by, what is selected. What may be done with it
// (keys, cells, clipboard) is ours: Tabulator's own selection loses the first letter of an input method.
import { ask } from "./page.js";
import { FormatModule, FrozenColumnsModule, ResizeColumnsModule, ResizeTableModule, Tabulator } from "tabulator-tables";

Tabulator.registerModule([FormatModule, FrozenColumnsModule, ResizeColumnsModule, ResizeTableModule]);

const WIDTHS = { text: 150, longtext: 220, email: 190, phone: 140, choice: 110, integer: 90, decimal: 110, money: 120, date: 116, moment: 156, boolean: 76, reference: 160, tags: 150, code: 180 }; // px
const NUMBERS = new Set(["integer", "decimal", "money"]);
const NARROWEST = 60; // px
const KEEP_AFTER = 500; // ms
const HEAD = 52; // px, the column of row numbers

/** A number as people read it; everything else as it is. */
export function shownAs(kind, text) {
  if (!NUMBERS.has(kind) || !/^-?\d+(\.\d+)?$/.test(text)) return text;
  const [whole, part] = text.split(".");
  return whole.replace(/\B(?=(\d{3})+$)/g, ",") + (part ? `.${part}` : "");
}

const textNode = (text) => document.createTextNode(text);

export function makeTable(grid) {
  const { columns, rows, holder, say } = grid;
  const root = document.createElement("div");
  holder.append(root);
  const probe = Object.assign(document.createElement("div"), { className: "grid-probe" });
  holder.append(probe);
  const high = probe.offsetHeight;
  probe.remove();
  const drawn = new WeakMap(); // row → Tabulator's component of it, once it was drawn
  const sel = { row: 0, place: 0, toRow: 0, toPlace: 0 }; // the active cell, and the corner opposite to it
  let table;
  const listeners = [];

  const drawNumber = (cell) => {
    const row = cell.getData();
    cell.getElement().classList.toggle("is-new", !row.pk);
    cell.getElement().classList.toggle("is-alike", Boolean(row.alike));
    cell.getElement().title = row.alike ? say("rowAlike") : "";
    return textNode(row.pk || Object.keys(row.marks).length ? String(row.i + 1) : "*");
  };
  const drawCell = (place) => (cell) => {
    const row = cell.getData();
    const mark = row.marks[place];
    const element = cell.getElement();
    const text = mark ? mark.text : row.cells[place];
    element.className = element.className.replace(/ ?\bis-(pending|refused|draft|locked|none)\b/g, "");
    if (mark) element.classList.add(`is-${mark.state}`);
    if (grid.whyNot(row, place)) element.classList.add("is-locked");
    element.dataset.place = place;
    element.setAttribute("aria-colindex", place + 2);
    if (mark?.state === "refused" || mark?.state === "draft") element.setAttribute("aria-invalid", "true"); else element.removeAttribute("aria-invalid");
    if (grid.whyNot(row, place)) element.setAttribute("aria-readonly", "true"); else element.removeAttribute("aria-readonly");
    const line = shownAs(columns[place].kind, text).replace(/\n/g, " ⏎ ");
    return textNode(line);
  };

  const ready = new Promise((resolve) => {
    table = new Tabulator(root, {
      data: rows, index: "key", height: "100%", rowHeight: high, layout: "fitDataFill", renderHorizontal: "basic",
      placeholder: false, columnDefaults: { resizable: "header", minWidth: NARROWEST },
      columns: [
        { title: "", field: "n", width: HEAD, resizable: false, frozen: true, hozAlign: "right", formatter: drawNumber, cssClass: "grid-number" },
        ...columns.map((column, place) => ({
          title: column.label, field: `c${place}`, width: grid.setup.widths[column.name] ?? Math.max(WIDTHS[column.kind] ?? 140, place === 0 ? 240 : 0, column.label.length * 15 + 30),
          formatter: drawCell(place), frozen: place === 0 && columns.length > 4, hozAlign: NUMBERS.has(column.kind) ? "right" : "left", headerHozAlign: NUMBERS.has(column.kind) ? "right" : "left",
          titleFormatter: () => textNode(column.label + (column.needed ? " *" : "")), cssClass: column.why ? "grid-fixed" : "",
        })),
      ],
      rowFormatter: (component) => {
        const row = component.getData();
        drawn.set(row, component);
        component.getElement().dataset.i = row.i;
        component.getElement().setAttribute("aria-rowindex", row.i + 2);
      },
    });
    table.on("tableBuilt", resolve);
  });

  const scroller = () => root.querySelector(".tabulator-tableholder");
  const heads = () => [...root.querySelectorAll(".tabulator-col")];

  /** Says what the parts are: Tabulator nests row groups in each other, and names nothing. */
  function mendRoles() {
    root.setAttribute("aria-label", say("grid", { what: holder.dataset.label }));
    root.removeAttribute("aria-owns");
    root.setAttribute("aria-rowcount", rows.length + 1);
    root.setAttribute("aria-colcount", columns.length + 1);
    root.setAttribute("aria-multiselectable", "true");
    const header = root.querySelector(".tabulator-header");
    header.setAttribute("role", "rowgroup");
    root.querySelector(".tabulator-header-contents").removeAttribute("role");
    root.querySelector(".tabulator-headers").setAttribute("role", "row");
    root.querySelectorAll(".tabulator-col").forEach((head, n) => {
      head.setAttribute("aria-colindex", n + 1);
      head.removeAttribute("aria-sort");
      if (n === 0) head.setAttribute("aria-label", say("corner"));
    });
    root.querySelector(".tabulator-table").setAttribute("role", "rowgroup");
    scroller().removeAttribute("tabindex");
  }

  const bounds = () => ({
    top: Math.min(sel.row, sel.toRow), bottom: Math.max(sel.row, sel.toRow),
    left: Math.min(sel.place, sel.toPlace), right: Math.max(sel.place, sel.toPlace),
  });

  /** Marks what is selected on the rows that are there. */
  function paint() {
    const { top, bottom, left, right } = bounds();
    root.querySelector(".grid-fill")?.remove();
    for (const line of root.querySelectorAll(".tabulator-row")) {
      const i = Number(line.dataset.i);
      const inside = i >= top && i <= bottom;
      for (const cell of line.querySelectorAll("[data-place]")) {
        const place = Number(cell.dataset.place);
        const on = inside && place >= left && place <= right;
        const active = i === sel.row && place === sel.place;
        cell.classList.toggle("is-in", on && (top !== bottom || left !== right));
        cell.classList.toggle("is-at", active);
        cell.setAttribute("aria-selected", String(on));
        if (on && i === bottom && place === right) cell.append(Object.assign(document.createElement("i"), { className: "grid-fill" }));
      }
      line.firstElementChild?.classList.toggle("is-beside", inside);
    }
    heads().forEach((head, n) => head.classList.toggle("is-beside", n - 1 >= left && n - 1 <= right));
    listeners.forEach((listen) => listen());
  }

  /** Draws rows again after their values changed. */
  function redraw(some) {
    for (const row of new Set(some)) drawn.get(row)?.reformat();
    paint();
  }

  const cellAt = (i, place) => root.querySelector(`.tabulator-row[data-i="${i}"] [data-place="${place}"]`);

  function scrollTo(i, place) {
    const box = scroller();
    const top = i * high;
    if (top < box.scrollTop) box.scrollTop = top;
    else if (top + high > box.scrollTop + box.clientHeight) box.scrollTop = top + high - box.clientHeight;
    const head = heads()[place + 1];
    if (!head || head.classList.contains("tabulator-frozen")) return;
    const fixed = heads().filter((one) => one.classList.contains("tabulator-frozen")).reduce((sum, one) => sum + one.offsetWidth, 0);
    const left = heads().slice(0, place + 1).reduce((sum, one) => sum + one.offsetWidth, 0);
    if (left - fixed < box.scrollLeft) box.scrollLeft = left - fixed;
    else if (left + head.offsetWidth > box.scrollLeft + box.clientWidth) box.scrollLeft = left + head.offsetWidth - box.clientWidth;
  }

  function select(row, place, { extend = false, toRow, toPlace, show = true } = {}) {
    const last = rows.length - 1;
    const within = (value, most) => Math.min(Math.max(value, 0), Math.max(most, 0));
    if (extend) Object.assign(sel, { toRow: within(row, last), toPlace: within(place, columns.length - 1) });
    else Object.assign(sel, { row: within(row, last), place: within(place, columns.length - 1), toRow: within(toRow ?? row, last), toPlace: within(toPlace ?? place, columns.length - 1) });
    if (show) scrollTo(extend ? sel.toRow : sel.row, extend ? sel.toPlace : sel.place);
    paint();
  }

  // ---- how wide columns are: as this person left them ------------------------------------------------------------
  let keeping = 0;
  const changedWidths = new Map();
  function keepWidth(component) {
    const { name } = columns[Number(component.getField().slice(1))];
    changedWidths.set(name, Math.round(component.getWidth()));
    clearTimeout(keeping);
    keeping = setTimeout(() => {
      const widths = [...changedWidths].map((one) => one.join(":")).join(",");
      ask(`${grid.url}/widths`, { data: new URLSearchParams({ widths }) }).catch(() => null); // it is only wide here then
    }, KEEP_AFTER);
  }

  function widen(place, by) {
    const component = table.getColumn(`c${place}`);
    component.setWidth(Math.max(component.getWidth() + by, NARROWEST));
    keepWidth(component);
    repaint();
    return { label: columns[place].label, width: Math.round(component.getWidth()) };
  }

  let waiting = 0;
  const repaint = () => { cancelAnimationFrame(waiting); waiting = requestAnimationFrame(paint); };

  return {
    widen, root, sel, ready, high, bounds, paint, redraw, select, cellAt, scroller, heads,
    onPaint: (listen) => listeners.push(listen),
    begin() {
      mendRoles();
      scroller().addEventListener("scroll", repaint, { passive: true });
      table.on("columnResized", (component) => { keepWidth(component); repaint(); });
      table.on("renderComplete", repaint);
      paint();
    },
    async append(more) {
      more.forEach((row, n) => { row.i = rows.length + n; });
      rows.push(...more);
      await table.addData(more, false);
      root.setAttribute("aria-rowcount", rows.length + 1);
      paint();
    },
    /** Draws everything again after rows went away, at the same place. */
    async renew() {
      rows.forEach((row, i) => { row.i = i; });
      const { scrollTop, scrollLeft } = scroller();
      await table.replaceData(rows);
      Object.assign(scroller(), { scrollTop, scrollLeft });
      select(Math.min(sel.row, rows.length - 1), sel.place, { show: false });
    },
  };
}
