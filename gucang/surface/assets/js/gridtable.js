// The table itself, drawn by Tabulator: columns, rows as they scroll by, what is selected. What may be done with it
// (keys, cells, clipboard) is ours: Tabulator's own selection loses the first letter of an input method.
import { FormatModule, FrozenColumnsModule, ResizeColumnsModule, ResizeTableModule, Tabulator } from "tabulator-tables";
import { EvenRows } from "./gridrows.js";
import { ask } from "./page.js";

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
  // The active cell, the corner opposite to it, and whether the person went to it.
  const sel = { row: 0, place: 0, toRow: 0, toPlace: 0, chosen: false };
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
      data: rows, index: "key", height: "100%", rowHeight: high, layout: "fitDataFill", renderHorizontal: "basic", renderVertical: EvenRows,
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

  // What the browser is asked for once and not with every key: asking makes it lay the page out at once.
  let box = null;
  let known = [];
  let sizes = null; // { columns: [{ left, width, fixed }], fixed, width, height }
  const scroller = () => { box ??= root.querySelector(".tabulator-tableholder"); return box; };
  const heads = () => { if (!known.length) known = [...root.querySelectorAll(".tabulator-col")]; return known; };
  const at = { top: 0, left: 0 }; // how far it is scrolled, px
  const measured = () => {
    if (sizes) return sizes;
    let [left, fixed] = [0, 0];
    const places = heads().map((head) => {
      const one = { left, width: head.offsetWidth, fixed: head.classList.contains("tabulator-frozen") };
      left += one.width;
      if (one.fixed) fixed += one.width;
      return one;
    });
    sizes = { columns: places, fixed, width: scroller().clientWidth, height: scroller().clientHeight };
    return sizes;
  };

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
    cancelAnimationFrame(waiting);
    waiting = 0;
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

  /** Draws rows again after their values changed; those out of sight when they come into it. */
  function redraw(some) {
    const { renderer } = table.rowManager;
    for (const row of new Set(some)) {
      const own = drawn.get(row)?._getSelf();
      own?.deinitialize();
      if (own && renderer.isDrawn(own)) own.initialize();
    }
    repaint();
  }

  const cellAt = (i, place) => root.querySelector(`.tabulator-row[data-i="${i}"] [data-place="${place}"]`);

  function scrollTo(i, place) {
    const { columns: all, fixed, width, height } = measured();
    const top = i * high;
    const down = top < at.top ? top : top + high > at.top + height ? top + high - height : at.top;
    const head = all[place + 1];
    let across = at.left;
    if (head && !head.fixed) {
      if (head.left - fixed < at.left) across = head.left - fixed;
      else if (head.left + head.width > at.left + width) across = head.left + head.width - width;
    }
    if (down !== at.top) scroller().scrollTop = at.top = down;
    if (across !== at.left) scroller().scrollLeft = at.left = across;
  }

  /** Brings the rows from `top` to `bottom` into sight; where not all of them fit, the first ones. */
  function show(top, bottom) {
    scrollTo(bottom, sel.place);
    scrollTo(top, sel.place);
  }

  function select(row, place, { extend = false, toRow, toPlace, show = true, chosen = true } = {}) {
    sel.chosen ||= chosen;
    const last = rows.length - 1;
    const within = (value, most) => Math.min(Math.max(value, 0), Math.max(most, 0));
    if (extend) Object.assign(sel, { toRow: within(row, last), toPlace: within(place, columns.length - 1) });
    else Object.assign(sel, { row: within(row, last), place: within(place, columns.length - 1), toRow: within(toRow ?? row, last), toPlace: within(toPlace ?? place, columns.length - 1) });
    if (show) scrollTo(extend ? sel.toRow : sel.row, extend ? sel.toPlace : sel.place);
    repaint();
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
    resized();
    return { label: columns[place].label, width: Math.round(component.getWidth()) };
  }

  // Many keys may come within one frame; what is selected is painted once, with the frame.
  let waiting = 0;
  function repaint() { waiting ||= requestAnimationFrame(paint); }
  function flush() { if (waiting) paint(); }
  function resized() { sizes = null; known = []; repaint(); }

  return {
    widen, flush, measured, at, root, sel, ready, high, bounds, paint, redraw, select, cellAt, scroller, heads, show,
    onPaint: (listen) => listeners.push(listen),
    begin() {
      mendRoles();
      table.on("scrollVertical", (top) => { at.top = top; repaint(); });
      table.on("scrollHorizontal", (left) => { at.left = left; repaint(); });
      table.on("columnResized", (component) => { keepWidth(component); resized(); });
      table.on("renderComplete", resized);
      new ResizeObserver(resized).observe(scroller());
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
      select(Math.min(sel.row, rows.length - 1), sel.place, { show: false, chosen: false });
    },
  };
}
