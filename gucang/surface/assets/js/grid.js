// A list as a grid: rows come by the hundred, cells are selected, typed, pasted and filled; see gridsave.js for what
// becomes of them.
import { openDialog } from "./dialogs.js";
import { read, writeHtml, writeText } from "./gridclip.js";
import { makeAdvice } from "./gridadvice.js";
import { makeEditor } from "./gridedit.js";
import { setUpFind } from "./gridfind.js";
import { setUpMenu } from "./gridmenu.js";
import { makeSaving } from "./gridsave.js";
import { makeTable } from "./gridtable.js";
import { composing } from "./keys.js";
import { ask } from "./page.js";

const EMPTY_ROWS = 20;
const WIDER = 16; // px a key
const LOCKS = { masked: "masked", hidden: "hidden", read: "locked" };

function frame(holder) {
  const setup = JSON.parse(document.getElementById("grid-setup").textContent);
  const { columns, words, limits } = setup;
  const say = (key, values = {}) => Object.entries(values).reduce((all, [name, value]) => all.replaceAll(`{${name}}`, value), words[key] ?? key);
  const count = (noun, n) => say(n === 1 ? noun : `${noun}s`, { n: n.toLocaleString() });
  const live = Object.assign(document.createElement("div"), { className: "vh" });
  live.setAttribute("aria-live", "polite");
  holder.append(live);
  const tell = (text) => { live.textContent = text; };
  return {
    holder, setup, columns, limits, say, count, tell, announce: tell, rows: [], adds: "adds" in holder.dataset,
    url: holder.dataset.url, kept: holder.dataset.kept, who: holder.dataset.who,
    toast: (text, tone = "ok", { link, about } = {}) => document.dispatchEvent(new CustomEvent("toast", { detail: { text, tone, link, about } })),
    /** Why nobody, or not this person, writes into a cell; "" when they may. */
    whyNot(row, place) {
      const column = columns[place];
      if (column.why) return column.why;
      if (!row.pk) return "";
      return row.why || (row.locked[place] ? say(LOCKS[row.locked[place]]) : "");
    },
    newRow: (key = crypto.randomUUID()) => ({ key, pk: 0, version: 0, cells: columns.map(() => ""), locked: {}, why: "", marks: {} }),
    isEmpty: (row) => !row.pk && Object.keys(row.marks).length === 0,
  };
}

const rowFrom = ([pk, version, cells, locked, why]) => ({ key: String(pk), pk, version, cells, locked, why, marks: {} });

async function load(grid) {
  const { holder, say, limits } = grid;
  const wait = holder.querySelector("[data-grid-wait]");
  const total = Math.min(Number(holder.dataset.total), limits.rows);
  let after = "";
  do {
    const query = `${grid.kept}${grid.kept === "?" ? "" : "&"}after=${encodeURIComponent(after)}`;
    const response = await ask(`${grid.url}/rows${after ? query : grid.kept}`, { headers: { Accept: "application/json" } }).catch(() => null);
    const answer = response?.ok ? await response.json().catch(() => null) : null;
    if (!answer) { wait.textContent = say("notRead"); return false; }
    answer.rows.forEach((one) => { grid.rows.push({ ...rowFrom(one), i: grid.rows.length }); });
    after = answer.next;
    wait.textContent = say("reading", { n: grid.rows.length.toLocaleString(), all: total.toLocaleString() });
  } while (after && grid.rows.length < limits.rows);
  grid.partial = Boolean(after);
  wait.remove();
  return true;
}

// ---- moving ---------------------------------------------------------------------------------------------------------
const STEPS = { up: [-1, 0], down: [1, 0], left: [0, -1], right: [0, 1] };

function setUpMoving(grid) {
  const { table } = grid;
  const textAt = (i, place) => grid.rows[i]?.marks[place]?.text ?? grid.rows[i]?.cells[place] ?? "";

  /** The end of the block of cells that one is in, as Ctrl with an arrow finds it. */
  function edge(i, place, [down, right]) {
    const inside = (a, b) => a >= 0 && a < grid.rows.length && b >= 0 && b < grid.columns.length;
    let [a, b] = [i + down, place + right];
    if (!inside(a, b)) return [i, place];
    const full = textAt(i, place) !== "" && textAt(a, b) !== "";
    while (inside(a + down, b + right) && (full ? textAt(a + down, b + right) !== "" : textAt(a, b) === "")) { a += down; b += right; }
    return [a, b];
  }

  grid.move = (way, back = false, { extend = false, far = false } = {}) => {
    const { sel } = table;
    const from = extend ? [sel.toRow, sel.toPlace] : [sel.row, sel.place];
    const [down, right] = STEPS[way].map((by) => (back ? -by : by));
    const [i, place] = far ? edge(...from, [down, right]) : [from[0] + down, from[1] + right];
    grid.editor.moved();
    table.select(i, place, { extend });
    grid.editor.tellPlace();
  };

  /** Enter and Tab walk within a selected block, as in a spreadsheet. */
  grid.walk = (way, back) => {
    const { top, bottom, left, right } = table.bounds();
    const { sel } = table;
    if (top === bottom && left === right) { grid.move(way, back); return; }
    const wide = right - left + 1;
    const high = bottom - top + 1;
    const all = wide * high;
    const at = way === "right" ? (sel.row - top) * wide + (sel.place - left) : (sel.place - left) * high + (sel.row - top);
    const next = (at + (back ? -1 : 1) + all) % all;
    const [i, place] = way === "right" ? [top + Math.floor(next / wide), left + (next % wide)] : [top + (next % high), left + Math.floor(next / high)];
    // The block stays: its corners are kept, only the active cell moves.
    grid.editor.moved();
    Object.assign(sel, { row: i, place });
    grid.block = { top, bottom, left, right };
    table.paint();
    grid.editor.tellPlace();
  };
}

// ---- the mouse --------------------------------------------------------------------------------------------------------
function setUpMouse(grid) {
  const { table, editor } = grid;
  let dragging = null; // "cells" | "rows" | "columns" | "fill"
  const hit = (event) => {
    const over = document.elementFromPoint(event.clientX, event.clientY);
    const line = over?.closest(".tabulator-row");
    const head = over?.closest(".tabulator-col");
    const cell = over?.closest("[data-place]");
    return { i: line ? Number(line.dataset.i) : null, place: cell ? Number(cell.dataset.place) : null, head: head ? table.heads().indexOf(head) - 1 : null, number: Boolean(line && !cell) };
  };
  const down = (event) => {
    if (event.button !== 0 || event.target.closest(".tabulator-col-resize-handle, .grid-edit, .grid-note, .grid-list, .grid-menu")) return;
    table.flush(); // a row that was just drawn again has its handle only then
    const { i, place, head, number } = hit(event);
    const onHandle = document.elementFromPoint(event.clientX, event.clientY)?.closest(".grid-fill");
    const box = table.scroller().getBoundingClientRect();
    if (i === null && head === null) { if (event.clientX < box.left + table.scroller().clientWidth && event.clientY < box.top + table.scroller().clientHeight) { event.preventDefault(); editor.focus(); } return; }
    event.preventDefault();
    if (editor.editing) editor.commit();
    editor.focus();
    editor.moved();
    const last = grid.rows.length - 1;
    if (onHandle) { dragging = "fill"; grid.fillFrom = table.bounds(); return; }
    if (head !== null) {
      dragging = "columns";
      if (head < 0) table.select(0, 0, { toRow: last, toPlace: grid.columns.length - 1, show: false });
      else if (event.shiftKey) table.select(last, head, { extend: true, show: false });
      else table.select(0, head, { toRow: last, toPlace: head, show: false });
    } else if (number) {
      dragging = "rows";
      if (event.shiftKey) table.select(i, grid.columns.length - 1, { extend: true });
      else table.select(i, 0, { toRow: i, toPlace: grid.columns.length - 1 });
    } else {
      dragging = "cells";
      table.select(i, place, { extend: event.shiftKey });
    }
    editor.tellPlace();
  };
  let edgeTimer = 0;
  const move = (event) => {
    if (!dragging) return;
    const box = table.scroller().getBoundingClientRect();
    clearInterval(edgeTimer);
    const by = event.clientY > box.bottom - 8 ? 1 : event.clientY < box.top + 4 ? -1 : 0;
    if (by) edgeTimer = setInterval(() => stretch(table.sel.toRow + by, table.sel.toPlace), 60);
    const { i, place, head } = hit(event);
    const last = grid.rows.length - 1;
    if (dragging === "columns") { if (head !== null && head >= 0) table.select(last, head, { extend: true, show: false }); return; }
    if (i !== null) stretch(i, dragging === "rows" ? grid.columns.length - 1 : place ?? table.sel.toPlace);
  };
  function stretch(i, place) {
    if (dragging === "fill") { const { top, left, right } = grid.fillFrom; table.select(top, left, { toRow: Math.max(i, grid.fillFrom.bottom), toPlace: right }); table.select(Math.max(i, grid.fillFrom.bottom), right, { extend: true }); }
    else table.select(i, place, { extend: true });
  }
  const up = () => {
    clearInterval(edgeTimer);
    if (dragging === "fill") grid.fillDown(grid.fillFrom);
    if (dragging) editor.tellPlace();
    dragging = null;
  };
  table.root.addEventListener("mousedown", down);
  addEventListener("mousemove", move);
  addEventListener("mouseup", up);
  table.root.addEventListener("dblclick", (event) => { if (event.target.closest("[data-place]")) editor.begin("change"); });
}

// ---- deeds ------------------------------------------------------------------------------------------------------------
function setUpDeeds(grid) {
  const { table, columns, say, count, limits } = grid;
  const { textOf } = grid;

  function tooMuch(cells) {
    const file = grid.holder.dataset.import;
    const text = say(file ? "tooMuch" : "tooMuchHere", { n: cells.toLocaleString(), most: limits.step.toLocaleString() });
    grid.toast(text, "bad", file ? { link: [say("import"), file] } : {});
    grid.tell(text);
  }

  /** Does what is allowed of `changes` as one step, and says what was left out. */
  grid.change = (kind, changes, word) => {
    const fitting = changes.filter(({ row, place }) => !grid.whyNot(row, place));
    const left = changes.length - fitting.length;
    if (!fitting.length && left === 1) { grid.editor.refuse(); return; }
    const real = fitting.filter(({ row, place, value }) => value !== textOf(row, place) || row.marks[place]);
    if (real.length > limits.step) {
      tooMuch(real.length);
      return;
    }
    grid.saving.apply(kind, real);
    grid.tell([say(word, { what: count("cell", real.length) }), left ? say("left", { what: count("cell", left) }) : ""].filter(Boolean).join(" "));
    if (left) grid.toast(say("left", { what: count("cell", left) }), "warn");
  };

  const within = ({ top, bottom, left, right }) => {
    const found = [];
    for (let i = top; i <= bottom; i += 1) for (let place = left; place <= right; place += 1) found.push({ row: grid.rows[i], place });
    return found;
  };

  /** Whether nobody went to a cell yet, and the one that is active holds a record; says so. Nothing may change it then. */
  grid.unchosen = () => {
    if (table.sel.chosen || !grid.rows[table.sel.row]?.pk) return false;
    grid.toast(say("chooseFirst"), "warn", { about: "grid-choose" });
    return true;
  };

  grid.empty = () => !grid.unchosen() && grid.change("clear", within(table.bounds()).filter(({ row, place }) => textOf(row, place) !== "").map((one) => ({ ...one, value: "" })), "emptied");

  /** Repeats the rows of `from` (the first row, when nothing was dragged) down to the end of the selection. */
  grid.fillDown = (from = null) => {
    const to = table.bounds();
    let source = from ?? { ...to, bottom: to.top };
    if (!from && to.top === to.bottom) {
      if (to.top === 0) return;
      source = { ...to, top: to.top - 1, bottom: to.top - 1 };
    }
    const high = source.bottom - source.top + 1;
    const changes = [];
    for (let i = source.bottom + 1; i <= to.bottom; i += 1) {
      for (let place = to.left; place <= to.right; place += 1) {
        changes.push({ row: grid.rows[i], place, value: textOf(grid.rows[source.top + ((i - source.top) % high)], place) });
      }
    }
    if (changes.length) grid.change("fill", changes, "filled");
  };

  grid.copied = () => {
    const { top, bottom, left, right } = table.bounds();
    return grid.rows.slice(top, bottom + 1).filter((row, n) => n === 0 || !grid.isEmpty(row)).map((row) => Array.from({ length: right - left + 1 }, (_, n) => textOf(row, left + n)));
  };

  /** Which column each pasted one goes to: by its heading where the first row names columns, else side by side. */
  function aimed(rows, left) {
    const names = rows[0].map((text) => (text ?? "").trim().replace(/\s*\*$/, "").toLowerCase());
    const byName = names.map((name) => columns.findIndex((column) => column.label.toLowerCase() === name));
    const named = rows.length > 1 && names.filter(Boolean).length > 1 && names.every((name, n) => !name || byName[n] >= 0);
    return named ? { places: byName, body: rows.slice(1) } : { places: rows[0].map((_, n) => left + n), body: rows };
  }

  grid.paste = async (found) => {
    if (!found?.rows.length) { grid.toast(say("nothing"), "bad"); return; }
    if (grid.unchosen()) return;
    const { top, bottom, left, right } = table.bounds();
    let { places, body } = aimed(found.rows, left);
    const wide = places.length;
    const cells = body.length * wide;
    if (cells > limits.step || body.length > limits.rows) {
      tooMuch(cells);
      return;
    }
    const [high, across] = [bottom - top + 1, right - left + 1];
    if (high % body.length === 0 && across % wide === 0 && (high > body.length || across > wide)) {
      // A block that fits several times into the selection fills it.
      body = Array.from({ length: high }, (_, i) => Array.from({ length: across }, (__, n) => body[i % body.length][n % wide]));
      places = Array.from({ length: across }, (_, n) => left + n);
    }
    await grid.makeRoom(top + body.length);
    const fit = columns.length - left;
    if (places.some((place) => place >= columns.length)) grid.toast(say("wide", { n: wide, fit }), "warn");
    if (top + body.length > grid.rows.length) grid.toast(say("long", { n: body.length, fit: grid.rows.length - top }), "warn");
    if (found.merged) grid.toast(say("mergedIn"), "warn");
    const changes = [];
    body.slice(0, grid.rows.length - top).forEach((line, i) => line.forEach((value, n) => {
      if (value !== null && places[n] >= 0 && places[n] < columns.length) changes.push({ row: grid.rows[top + i], place: places[n], value });
    }));
    const useful = changes.filter(({ row, value }) => row.pk || value !== "");
    grid.change("paste", useful, "pasted");
    const shown = places.filter((place) => place >= 0 && place < columns.length);
    const end = Math.min(top + body.length, grid.rows.length) - 1;
    table.select(top, Math.min(...shown), { toRow: end, toPlace: Math.max(...shown) });
    table.show(top, end);
  };

  grid.dismiss = (row, place) => {
    delete row.marks[place];
    table.redraw([row]);
    grid.saving.keepRefused();
    grid.saving.tell();
  };

  /** Where something is to be mended, as [row, place]: refused cells, and in a new row the first that is missing. */
  grid.troubles = () => grid.rows.flatMap((row) => {
    const marks = Object.entries(row.marks).filter(([, mark]) => mark.state !== "pending");
    const refused = marks.filter(([, mark]) => mark.state === "refused").map(([place]) => [row.i, Number(place)]);
    if (refused.length || !marks.length) return refused;
    const missing = columns.findIndex((column, place) => column.needed && !textOf(row, place));
    return [[row.i, missing >= 0 ? missing : Number(marks[0][0])]];
  });

  /** The next cell, after the active one, that was not accepted. */
  grid.nextRefused = () => {
    const all = grid.troubles();
    const { row, place } = table.sel;
    const next = all.find(([i, at]) => i > row || (i === row && at > place)) ?? all[0];
    if (!next) return;
    table.select(...next);
    grid.editor.focus();
    grid.editor.tellPlace();
  };
}

// ---- rows that come and go ----------------------------------------------------------------------------------------------
function setUpRows(grid) {
  grid.textOf = (row, place) => row.marks[place]?.text ?? row.cells[place];
  /** Has `wanted` rows, empty ones at the end where rows may be added. */
  grid.makeRoom = async (wanted) => {
    const room = grid.adds ? Math.min(wanted, grid.limits.rows + grid.limits.part) : 0;
    const more = room - grid.rows.length;
    if (more > 0) await grid.table.append(Array.from({ length: more }, () => grid.newRow()));
  };
  const loaded = document.querySelector("[data-grid-loaded]");
  /** Counts the records, and has an empty row at the end. */
  grid.changed = () => {
    const records = grid.rows.reduce((sum, row) => sum + (row.pk > 0), 0);
    loaded.textContent = grid.partial ? grid.say("more", { n: records.toLocaleString() }) : grid.count("row", records);
    const last = grid.rows.at(-1);
    if (grid.adds && (!last || !grid.isEmpty(last))) grid.makeRoom(grid.rows.length + 1);
  };
  const stood = new Map(); // where a record stood that left the grid
  const placeOf = ({ pk }) => stood.get(pk) ?? Number.MAX_SAFE_INTEGER;
  grid.drop = async (goes) => {
    for (const row of grid.rows) if (goes(row)) stood.set(row.pk, row.i);
    grid.rows.splice(0, grid.rows.length, ...grid.rows.filter((row) => !goes(row)));
    await grid.table.renew();
    grid.changed();
  };
  /** Records that come, or come back: where they stood, the others after the last. */
  grid.insert = async (fresh) => {
    let end = grid.rows.findLastIndex((row) => row.pk) + 1;
    for (const row of fresh.map(rowFrom).sort((a, b) => placeOf(a) - placeOf(b))) {
      grid.rows.splice(Math.min(placeOf(row), end), 0, row);
      end += 1;
    }
    await grid.table.renew();
    grid.changed();
  };
  grid.addRows = async () => {
    const first = grid.rows.findIndex((row) => grid.isEmpty(row));
    const at = first < 0 ? grid.rows.length : first;
    await grid.makeRoom(at + EMPTY_ROWS);
    grid.table.select(at, 0);
    grid.table.show(at, grid.rows.length - 1);
    grid.editor.focus();
    grid.editor.tellPlace();
  };
}

// ---- keys and the clipboard -----------------------------------------------------------------------------------------------
function setUpKeys(grid) {
  const { table, editor, saving } = grid;
  const { field } = editor;
  let leaving = false; // after Esc, Tab goes on to what stands behind the grid
  const page = () => Math.max(Math.floor(table.scroller().clientHeight / table.high) - 1, 1);
  const arrows = { ArrowUp: "up", ArrowDown: "down", ArrowLeft: "left", ArrowRight: "right" };
  const last = () => grid.rows.length - 1;
  const goTo = (i, place, extend) => { editor.moved(); table.select(i, place, { extend }); editor.tellPlace(); };
  const withControl = {
    a: () => { table.select(0, 0, { toRow: last(), toPlace: grid.columns.length - 1, show: false }); editor.tellPlace(); },
    d: () => grid.fillDown(),
    f: () => grid.finder.open(), h: () => grid.finder.open(),
    y: () => saving.turn("redo"),
    z: (event) => saving.turn(event.shiftKey ? "redo" : "undo"),
    s: () => saving.go(),
  };
  const plain = {
    F2: () => editor.begin("change"),
    Enter: (event) => grid.unchosen() || grid.walk("down", event.shiftKey),
    Delete: () => grid.empty(),
    Backspace: () => grid.empty(),
    Home: (event) => goTo(event.ctrlKey ? 0 : table.sel[event.shiftKey ? "toRow" : "row"], 0, event.shiftKey),
    End: (event) => goTo(event.ctrlKey ? last() : table.sel[event.shiftKey ? "toRow" : "row"], grid.columns.length - 1, event.shiftKey),
    PageDown: (event) => goTo(table.sel[event.shiftKey ? "toRow" : "row"] + page(), table.sel[event.shiftKey ? "toPlace" : "place"], event.shiftKey),
    PageUp: (event) => goTo(table.sel[event.shiftKey ? "toRow" : "row"] - page(), table.sel[event.shiftKey ? "toPlace" : "place"], event.shiftKey),
  };

  function onKey(event) {
    if (composing(event)) return;
    if (editor.editing) { event.stopPropagation(); editor.onEditKey(event); return; }
    const control = (event.ctrlKey || event.metaKey) && !event.altKey;
    if (event.key === "Escape") { leaving = true; editor.moved(); editor.sayOf(); return; }
    if (event.key === "Tab") {
      const edge = event.shiftKey ? table.sel.row === 0 && table.sel.place === 0 : table.sel.row === last() && table.sel.place === grid.columns.length - 1;
      if (leaving || edge) return; // the browser goes on from here
      event.preventDefault();
      if (!grid.unchosen()) grid.walk("right", event.shiftKey);
      return;
    }
    leaving = false;
    if (event.altKey && event.shiftKey && (event.key === "ArrowLeft" || event.key === "ArrowRight")) {
      event.preventDefault();
      const { label, width } = table.widen(table.sel.place, event.key === "ArrowLeft" ? -WIDER : WIDER);
      grid.tell(grid.say("narrow", { column: label, n: width }));
      return;
    }
    if (arrows[event.key] && event.altKey && event.key === "ArrowDown") { event.preventDefault(); editor.begin("change"); return; }
    if (arrows[event.key]) { event.preventDefault(); grid.move(arrows[event.key], false, { extend: event.shiftKey, far: control }); return; }
    if (event.key === " " && event.shiftKey) { event.preventDefault(); table.select(table.sel.row, 0, { toRow: table.sel.row, toPlace: grid.columns.length - 1 }); return; }
    if (event.key === "ContextMenu" || (event.key === "F10" && event.shiftKey)) { event.preventDefault(); grid.menu.openAtCell(); return; }
    const command = control ? withControl[event.key.toLowerCase()] : plain[event.key];
    if (control && (event.key === "Home" || event.key === "End")) { event.preventDefault(); plain[event.key](event); return; }
    if (event.key === "?" && !control) { event.preventDefault(); openDialog(document.getElementById("keys")); return; }
    if (!command) { if (!control) event.stopPropagation(); return; } // letters belong to the cell, not to the page
    event.preventDefault();
    event.stopPropagation();
    command(event);
  }
  field.addEventListener("keydown", onKey);

  const whole = (event) => event.target === field && !editor.editing;
  const put = (event) => {
    if (!whole(event)) return;
    event.preventDefault();
    const rows = grid.copied();
    event.clipboardData.setData("text/plain", writeText(rows));
    event.clipboardData.setData("text/html", writeHtml(rows));
    grid.tell(grid.say("copied", { what: grid.count("cell", rows.length * rows[0].length) }));
    if (event.type === "cut") grid.empty();
  };
  field.addEventListener("copy", put);
  field.addEventListener("cut", put);
  field.addEventListener("paste", (event) => {
    if (!whole(event)) return;
    event.preventDefault();
    grid.paste(read({ html: event.clipboardData.getData("text/html"), text: event.clipboardData.getData("text/plain") }));
  });
}

// ---- the bar ------------------------------------------------------------------------------------------------------------
function setUpBar(grid) {
  const { saving, say, count } = grid;
  const find = (name) => document.querySelector(`[data-grid-${name}]`);
  document.querySelectorAll("[data-grid-tools] [disabled]").forEach((one) => one.removeAttribute("disabled"));
  const [undo, redo, state, next, alike, sum] = ["undo", "redo", "state", "next", "alike", "sum"].map(find);
  undo.addEventListener("click", () => { saving.turn("undo"); grid.editor.focus(); });
  redo.addEventListener("click", () => { saving.turn("redo"); grid.editor.focus(); });
  next.addEventListener("click", grid.nextRefused);
  alike.addEventListener("click", grid.advice.next);
  find("add")?.addEventListener("click", grid.addRows);
  const label = (element, step, word, none) => {
    const text = step ? say(word, { what: step.words }) : say(none);
    element.setAttribute("aria-label", text);
    element.title = text;
    element.toggleAttribute("disabled", !step && word === "redo");
  };
  const show = () => {
    const what = count("cell", saving.pending());
    state.dataset.state = saving.state;
    state.hidden = saving.state === "saved" && grid.troubles().length > 0;
    state.textContent = { saved: say("saved"), saving: say("saving", { what }), waiting: say("waiting", { what }), stuck: say("stuck", { what }) }[saving.state];
    const refused = grid.troubles().length;
    next.hidden = refused === 0;
    next.textContent = say("refused", { what: count("cell", refused) });
    const like = grid.advice.all().length;
    alike.hidden = like === 0;
    alike.textContent = say("alike", { what: count("row", like) });
    label(undo, saving.history.undo, "undo", "noUndo");
    label(redo, saving.history.redo, "redo", "noRedo");
  };
  saving.onChange(show);
  show();
  grid.table.onPaint(() => {
    const { top, bottom, left, right } = grid.table.bounds();
    const cells = (bottom - top + 1) * (right - left + 1);
    let total = 0;
    let numbers = 0;
    if (cells > 1 && cells <= 50_000) {
      for (let place = left; place <= right; place += 1) {
        if (!["integer", "decimal", "money"].includes(grid.columns[place].kind)) continue;
        for (let i = top; i <= bottom; i += 1) { const text = grid.textOf(grid.rows[i], place); if (/^-?\d+(\.\d+)?$/.test(text)) { total += Number(text); numbers += 1; } }
      }
    }
    sum.textContent = cells > 1 ? [say("picked", { n: count("cell", cells) }), numbers ? say("sum", { n: total.toLocaleString(undefined, { maximumFractionDigits: 2 }) }) : ""].filter(Boolean).join(" · ") : "";
  });
}

export async function setUpGrid(holder) {
  if (matchMedia("(max-width: 640px)").matches) return; // a phone is shown the way back to the list
  const grid = frame(holder);
  if (!(await load(grid))) return;
  setUpRows(grid);
  grid.table = makeTable(grid);
  grid.root = grid.table.root;
  grid.saving = makeSaving(grid);
  grid.advice = makeAdvice(grid);
  await grid.table.ready;
  const fresh = grid.saving.restore();
  if (fresh.length) await grid.table.append(fresh);
  grid.table.begin();
  grid.editor = makeEditor(grid);
  setUpMoving(grid);
  setUpDeeds(grid);
  setUpMouse(grid);
  grid.finder = setUpFind(grid);
  grid.menu = setUpMenu(grid);
  setUpKeys(grid);
  setUpBar(grid);
  grid.changed();
  grid.table.redraw(grid.rows.filter((row) => Object.keys(row.marks).length));
  grid.editor.focus();
  grid.saving.go();
  holder.dataset.ready = "";
}
