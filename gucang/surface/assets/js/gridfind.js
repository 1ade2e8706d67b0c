// Find and replace over the rows that are here: the count first, then the change as one step.
import { onKey, onTyped } from "./keys.js";

export function setUpFind(grid) {
  const form = document.querySelector("[data-grid-finder]");
  const opener = document.querySelector("[data-grid-find]");
  const said = form.querySelector("[data-grid-found]");
  const { find, put, whole, within } = form.elements;
  let sure = "";

  const fits = (text) => (whole.checked ? text.toLowerCase() === find.value.toLowerCase() : text.toLowerCase().includes(find.value.toLowerCase()));

  /** Every cell that holds what is looked for, in reading order. */
  function all() {
    if (!find.value) return [];
    const { top, bottom, left, right } = grid.table.bounds();
    const found = [];
    grid.rows.forEach((row, i) => grid.columns.forEach((column, place) => {
      if (within.checked && (i < top || i > bottom || place < left || place > right)) return;
      const text = row.marks[place]?.text ?? row.cells[place];
      if (text && fits(text)) found.push({ row, place, text });
    }));
    return found;
  }

  function next(back) {
    const found = all();
    if (!found.length) { said.textContent = find.value ? grid.say("none") : ""; return; }
    const { row, place } = grid.table.sel;
    const after = ({ row: one, place: at }) => one.i > row || (one.i === row && at > place);
    const before = ({ row: one, place: at }) => one.i < row || (one.i === row && at < place);
    const hit = back ? found.findLast(before) ?? found.at(-1) : found.find(after) ?? found[0];
    grid.table.select(hit.row.i, hit.place);
    grid.editor.tellPlace();
    said.textContent = grid.say("found", { n: found.indexOf(hit) + 1, all: found.length });
  }

  function replacement(text) {
    if (whole.checked) return put.value;
    const wanted = find.value.toLowerCase();
    let left = text;
    let made = "";
    for (let at = left.toLowerCase().indexOf(wanted); at >= 0; at = left.toLowerCase().indexOf(wanted)) {
      made += left.slice(0, at) + put.value;
      left = left.slice(at + wanted.length);
    }
    return made + left;
  }

  function replaceAll() {
    const changes = all().filter(({ row, place }) => !grid.whyNot(row, place)).map(({ row, place, text }) => ({ row, place, value: replacement(text) }));
    const what = grid.count("cell", changes.length);
    const asked = JSON.stringify([find.value, put.value, whole.checked, within.checked, changes.length]);
    if (!changes.length) { said.textContent = grid.say("none"); return; }
    if (changes.length > grid.limits.step) { said.textContent = grid.say("tooMuch", { n: changes.length, most: grid.limits.step }); return; }
    if (sure !== asked) { sure = asked; said.textContent = grid.say("willReplace", { what }); return; }
    sure = "";
    grid.saving.apply("replace", changes);
    said.textContent = grid.say("replaced", { what });
  }

  const count = () => { sure = ""; const { length } = all(); said.textContent = find.value ? (length ? grid.count("cell", length) : grid.say("none")) : ""; };
  function open() {
    form.hidden = false;
    opener.setAttribute("aria-expanded", "true");
    find.focus();
    find.select();
    count();
  }
  function close() {
    form.hidden = true;
    opener.setAttribute("aria-expanded", "false");
    grid.editor.focus();
  }
  onTyped(find, count);
  whole.addEventListener("change", count);
  within.addEventListener("change", count);
  form.addEventListener("submit", (event) => { event.preventDefault(); next(false); });
  onKey(form, (event) => {
    if (event.key === "Escape") { event.preventDefault(); event.stopPropagation(); close(); }
    if (event.key === "Enter" && event.shiftKey) { event.preventDefault(); next(true); }
  });
  form.querySelector("[data-grid-replace]").addEventListener("click", replaceAll);
  form.querySelector("[data-grid-find-close]").addEventListener("click", close);
  opener.addEventListener("click", () => (form.hidden ? open() : close()));
  return { open };
}
