// The one place where cells are typed: a text field that always has the focus and lies on the active cell. It is there
// before the first letter, so that an input method begins in it and nothing of what is typed is lost.
import { composing } from "./keys.js";
import { ask, elements } from "./page.js";

const MANY = 60; // choices shown at once
const BETWEEN = /[、，,;；|\n]/; // what stands between the words of a cell that holds several

const wordsOf = (text) => text.split(BETWEEN).map((one) => one.trim()).filter(Boolean);

export function makeEditor(grid) {
  const { table, columns, say } = grid;
  const line = document.createElement("div");
  line.className = "grid-edit";
  line.setAttribute("role", "row");
  const box = document.createElement("div");
  box.setAttribute("role", "gridcell");
  const field = Object.assign(document.createElement("textarea"), { rows: 1, spellcheck: false, autocomplete: "off", autocapitalize: "off", name: "cell" });
  field.setAttribute("aria-label", say("editor"));
  field.dataset.gridField = "";
  box.append(field);
  line.append(box);
  table.scroller().append(line);
  const list = Object.assign(document.createElement("div"), { className: "combo-list grid-list", hidden: true, id: "grid-list" });
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", say("editor"));
  grid.holder.append(list);
  const note = Object.assign(document.createElement("div"), { className: "grid-note", hidden: true });
  note.setAttribute("role", "note");
  grid.holder.append(note);

  let editing = null; // { row, place, mode: "type" | "change", picked: option or null }
  let latest = 0;

  const active = () => grid.rows[table.sel.row];
  const column = () => columns[table.sel.place];
  const chooses = (one) => Boolean(one.choices?.length || one.options);

  // ---- where it lies -----------------------------------------------------------------------------------------------
  function place() {
    const { row, place: at } = table.sel;
    const head = table.measured().columns[at + 1];
    if (!head) return;
    const left = head.left + (head.fixed ? table.at.left : 0);
    Object.assign(line.style, { transform: `translate(${left}px, ${row * table.high}px)`, width: `${head.width}px`, height: `${table.high}px` });
    line.setAttribute("aria-rowindex", row + 2);
    box.setAttribute("aria-colindex", at + 2);
    line.classList.toggle("is-num", ["integer", "decimal", "money"].includes(column().kind));
    if (editing) fit();
    lay(list);
    sayOf();
  }

  function fit() {
    field.style.height = "auto";
    field.style.height = `${Math.max(field.scrollHeight, table.high)}px`;
  }

  /** Puts a box under the active cell, or above it where there is no room. */
  function lay(element) {
    if (element.hidden) return;
    const cell = table.cellAt(table.sel.row, table.sel.place);
    if (!cell) { element.style.visibility = "hidden"; return; }
    const at = cell.getBoundingClientRect();
    const around = grid.holder.getBoundingClientRect();
    const below = at.bottom + element.offsetHeight + 4 < around.bottom;
    element.style.visibility = at.bottom < around.top || at.top > around.bottom ? "hidden" : "";
    element.style.top = `${below ? at.bottom - around.top + 2 : Math.max(at.top - around.top - element.offsetHeight - 2, 0)}px`;
    element.style.left = `${Math.max(Math.min(at.left - around.left, around.width - element.offsetWidth - 8), 0)}px`;
    if (element === list) element.style.minWidth = `${at.width}px`;
  }

  // ---- what is said beside the cell ----------------------------------------------------------------------------------
  function button(text, act) {
    const made = Object.assign(document.createElement("button"), { type: "button", className: "btn sm", textContent: text });
    made.addEventListener("click", () => { act(); focus(); });
    return made;
  }

  function sayOf() {
    const row = active();
    const at = table.sel.place;
    const mark = row?.marks[at];
    const why = row ? grid.whyNot(row, at) : "";
    const text = mark?.sentence || (asked ? why : "") || (row?.alike ? say("rowAlike") : "");
    note.hidden = !text || Boolean(editing);
    if (note.hidden) { note.replaceChildren(); note.dataset.of = ""; return; }
    const key = `${row.key}:${at}:${text}`;
    if (note.dataset.of !== key) {
      note.dataset.of = key;
      const alike = !mark?.sentence && !asked && row.alike;
      note.dataset.tone = mark ? "bad" : alike ? "warn" : "";
      note.replaceChildren(...(alike ? grid.advice.words(row) : [Object.assign(document.createElement("p"), { textContent: text })]));
      if (alike) note.append(button(say("another"), () => grid.advice.dismiss(row)));
      if (mark?.theirs !== null && mark?.theirs !== undefined) {
        note.append(Object.assign(document.createElement("p"), { className: "meta", textContent: say("theirs", { text: mark.theirs || say("empty") }) }));
        note.append(button(say("takeTheirs"), () => grid.dismiss(row, at)), button(say("writeMine"), () => grid.saving.apply("type", [{ row, place: at, value: mark.value, text: mark.text }])));
      } else if (mark && row.pk) note.append(button(say("dismiss"), () => grid.dismiss(row, at)));
    }
    lay(note);
  }
  let asked = false; // whether somebody tried to change a cell that cannot be changed

  /** Says to a screen reader where one is and what stands there. */
  function tellPlace() {
    const row = active();
    if (!row) return;
    const { top, bottom, left, right } = table.bounds();
    const text = row.marks[table.sel.place]?.text ?? row.cells[table.sel.place];
    const where = say("place", { column: column().label, row: row.i + 1, text: text || say("empty") });
    const mark = row.marks[table.sel.place];
    field.setAttribute("aria-label", where);
    const cells = (bottom - top + 1) * (right - left + 1);
    const alike = row.alike ? [say("rowAlike"), ...row.alike.map(([title, name, by]) => `${title} ${name} ${by}`)].join(" ") : "";
    grid.tell([cells > 1 ? say("picked", { n: grid.count("cell", cells) }) : where, mark?.sentence, alike].filter(Boolean).join(" "));
  }

  // ---- editing -------------------------------------------------------------------------------------------------------
  const focus = () => field.focus({ preventScroll: true });

  function refuse() {
    asked = true;
    field.value = "";
    sayOf();
    grid.tell(note.textContent);
  }

  function begin(mode) {
    const row = active();
    const at = table.sel.place;
    if (!row || editing) return false;
    table.flush();
    if (mode === "type" && grid.unchosen()) { field.value = ""; return false; }
    table.sel.chosen = true;
    if (grid.whyNot(row, at)) { refuse(); return false; }
    editing = { row, place: at, mode, picked: null };
    if (mode === "change") {
      field.value = row.marks[at]?.text ?? row.cells[at];
      field.setSelectionRange(field.value.length, field.value.length);
    }
    line.classList.add("is-on");
    note.hidden = true;
    fit();
    const kind = columns[at].kind;
    line.classList.toggle("has-day", kind === "date");
    if (kind === "date") line.append(day);
    if (chooses(columns[at])) offer(mode === "change" ? "" : field.value);
    return true;
  }

  function end() {
    editing = null;
    latest += 1;
    field.value = "";
    field.style.height = "";
    line.classList.remove("is-on", "has-day");
    day.remove();
    list.hidden = true;
    list.removeAttribute("aria-multiselectable");
    for (const name of ["role", "aria-expanded", "aria-controls", "aria-activedescendant", "aria-autocomplete"]) field.removeAttribute(name);
  }

  function commit(option = null) {
    if (!editing) return;
    const { row, place: at } = editing;
    const one = columns[at];
    const picked = option ?? null;
    const text = picked ? picked.dataset.text : one.many ? wordsOf(field.value).join("、") : field.value.replace(/\n+$/, "");
    const value = picked?.dataset.value ? { id: Number(picked.dataset.value) } : text;
    const before = row.marks[at]?.text ?? row.cells[at];
    const wrong = row.marks[at] && row.marks[at].state !== "pending";
    end();
    if (text !== before || wrong || (one.kind === "reference" && picked)) grid.saving.apply("type", [{ row, place: at, value, text }]);
    else table.redraw([row]);
  }

  function cancel() { const { row } = editing; end(); table.redraw([row]); tellPlace(); }

  // ---- choices -------------------------------------------------------------------------------------------------------
  const options = () => [...list.querySelectorAll("[role=option]")];
  const marked = () => list.querySelector("[data-at]:not([data-none])");

  function option(text, value) {
    const made = Object.assign(document.createElement("div"), { textContent: text });
    made.setAttribute("role", "option");
    made.dataset.text = text;
    if (value !== undefined) made.dataset.value = value;
    return made;
  }

  async function offer(text) {
    const one = columns[editing.place];
    const mine = ++latest;
    const wanted = (one.many ? sought(text) : text.trim()).toLowerCase();
    let found = offered(one).filter(([label, find]) => `${label} ${find}`.toLowerCase().includes(wanted)).slice(0, MANY).map(([label, , id]) => option(label, id));
    if (one.many) showChosen(found);
    if (one.options) {
      const response = await ask(`${one.options}?${new URLSearchParams({ q: text.trim() })}`).catch(() => null);
      if (mine !== latest || !editing) return;
      const parts = response?.ok ? [...elements(await response.text()).querySelectorAll("[role=option]")] : [];
      if (mine !== latest || !editing) return;
      found = parts.map((part) => option((part.dataset.text ?? part.textContent).trim(), part.dataset.value));
    }
    Object.assign(field, { role: "combobox" });
    field.setAttribute("aria-expanded", "true");
    field.setAttribute("aria-controls", list.id);
    field.setAttribute("aria-autocomplete", "list");
    if (found.length) list.replaceChildren(...found);
    else {
      const none = Object.assign(document.createElement("div"), { className: "meta", textContent: say("noMatch") });
      none.setAttribute("role", "option");
      none.setAttribute("aria-disabled", "true");
      none.dataset.none = "";
      list.replaceChildren(none);
    }
    list.hidden = false;
    if (found.length && wanted) mark(0); else field.removeAttribute("aria-activedescendant");
    lay(list);
  }

  function mark(n) {
    const all = options();
    const { many } = columns[editing.place];
    all.forEach((one, i) => {
      one.id ||= `grid-option-${i}`;
      one.toggleAttribute("data-at", i === n);
      if (!many) one.setAttribute("aria-selected", String(i === n));
    });
    field.setAttribute("aria-activedescendant", all[n].id);
    all[n].scrollIntoView({ block: "nearest" });
  }

  function step(by) {
    const all = options();
    const at = all.indexOf(marked());
    mark(((at < 0 && by < 0 ? 0 : at) + by + all.length) % all.length);
  }

  list.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    const one = event.target.closest("[role=option]");
    if (!one || "none" in one.dataset) return;
    if (columns[editing.place].many) toggle(one); else commit(one);
    focus();
  });

  // ---- several words in one cell -----------------------------------------------------------------------------------
  /** What may be chosen; in a cell of several words also what stands in it and is not offered any more. */
  function offered(one) {
    const known = one.choices ?? [];
    if (!one.many) return known;
    const labels = new Set(known.map(([label]) => label));
    return [...known, ...wordsOf(editing.row.cells[editing.place]).filter((word) => !labels.has(word)).map((word) => [word, ""])];
  }

  const isOffered = (word) => offered(columns[editing.place]).some(([label]) => label === word);

  /** The word that is being typed at the end; "" when the last one is whole. */
  function sought(text) {
    const last = text.split(BETWEEN).at(-1).trim();
    return isOffered(last) ? "" : last;
  }

  function showChosen(found) {
    const chosen = new Set(wordsOf(field.value));
    for (const one of found) one.setAttribute("aria-selected", String(chosen.has(one.dataset.text)));
    list.setAttribute("aria-multiselectable", "true");
  }

  /** Puts a word into the cell or takes it out again; the list stays open for the next one. */
  function toggle({ dataset: { text } }) {
    const half = sought(field.value);
    const words = wordsOf(field.value);
    if (half) words.pop();
    const left = words.includes(text) ? words.filter((word) => word !== text) : [...words, text];
    field.value = left.length ? `${left.join("、")}、` : "";
    field.setSelectionRange(field.value.length, field.value.length);
    fit();
    offer(field.value);
    grid.tell(say("chosen", { text: left.join("、") || say("empty") }));
  }

  // ---- a day from the browser's calendar -------------------------------------------------------------------------------
  const day = document.createElement("label");
  day.className = "grid-day";
  const date = Object.assign(document.createElement("input"), { type: "date", tabIndex: -1 });
  date.setAttribute("aria-label", say("day"));
  day.append(date);
  day.addEventListener("pointerdown", (event) => { event.preventDefault(); showDays(); });
  function showDays() {
    date.value = /^\d{4}-\d\d-\d\d$/.test(field.value) ? field.value : "";
    try { date.showPicker(); } catch { /* a browser without it: days are typed */ }
  }
  date.addEventListener("change", () => { if (editing && date.value) { field.value = date.value; commit(); focus(); } });

  // ---- what the field hears --------------------------------------------------------------------------------------------
  field.addEventListener("compositionstart", () => { if (!editing && !begin("type") && table.sel.chosen) refuse(); });
  field.addEventListener("compositionend", () => { if (editing && chooses(columns[editing.place])) offer(field.value); });
  field.addEventListener("input", (event) => {
    if (!editing && !begin("type")) return;
    if (editing) {
      fit();
      if (!event.isComposing && chooses(columns[editing.place])) offer(field.value);
    }
  });
  field.addEventListener("blur", () => { if (editing && document.hasFocus() && document.activeElement !== date) commit(); grid.root.classList.remove("has-focus"); });
  field.addEventListener("focus", () => { grid.root.classList.add("has-focus"); });

  /** Keys while a cell is open; true when the key is done with. */
  function onEditKey(event) {
    if (composing(event)) return true;
    const open = !list.hidden && options().length;
    if (event.key === "Escape") { event.preventDefault(); event.stopPropagation(); cancel(); return true; }
    if (event.key === "ArrowDown" && event.altKey && columns[editing.place].kind === "date") { event.preventDefault(); showDays(); return true; }
    if (open && (event.key === "ArrowDown" || event.key === "ArrowUp")) { event.preventDefault(); step(event.key === "ArrowDown" ? 1 : -1); return true; }
    if (event.key === "Enter" && event.altKey) { event.preventDefault(); field.setRangeText("\n", field.selectionStart, field.selectionEnd, "end"); fit(); return true; }
    if (event.key === "Enter" || event.key === "Tab") {
      event.preventDefault();
      const pick = open ? marked() : null;
      if (pick && columns[editing.place].many) {
        toggle(pick);
        if (event.key === "Enter") return true; // the next Enter saves
      }
      commit(pick && !columns[editing.place].many ? pick : null);
      grid.move(event.key === "Enter" ? "down" : "right", event.shiftKey);
      return true;
    }
    const arrows = { ArrowLeft: "left", ArrowRight: "right", ArrowUp: "up", ArrowDown: "down" };
    if (arrows[event.key] && editing.mode === "type" && !event.shiftKey) {
      event.preventDefault();
      commit();
      grid.move(arrows[event.key]);
    }
    return true;
  }

  table.onPaint(place);
  return {
    field, focus, begin, commit, onEditKey, tellPlace, sayOf, refuse,
    moved() { asked = false; },
    get editing() { return editing; },
  };
}
