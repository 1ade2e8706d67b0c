// Lines of a document: Enter goes on in the next row, rows are pasted from a spreadsheet, and what everything comes to
// is worked out by the server while one types, so that there is one arithmetic.
import { onKey } from "./keys.js";
import { ask, csrf, setUpNewContent } from "./page.js";

const WAIT = 180; // ms without typing
const DRAFT = "gc-draft:";

export function setUpLines(holder) {
  const form = holder.closest("form");
  const body = holder.querySelector("tbody");
  const blank = holder.querySelector("template").innerHTML;
  const most = Number(holder.dataset.most);
  const box = holder.closest(".lines-box");
  let marks = Math.max(0, ...rows().map((row) => Number(row.dataset.line))) + 1;

  function rows() { return [...body.querySelectorAll("tr[data-line]")]; }
  const field = (row, name) => row?.querySelector(`[data-field=${name}]`);
  const fields = (row) => [...row.querySelectorAll("[data-field]")];
  const picked = (row) => row.querySelector("[data-value]");
  const isBlank = (row) => fields(row).every((one) => !one.value);
  const number = () => rows().forEach((row, n) => { row.querySelector(".no span").textContent = n + 1; });

  function add(mark = marks++) {
    if (rows().length >= most) return null;
    marks = Math.max(marks, Number(mark) + 1);
    const made = document.createElement("template");
    made.innerHTML = blank.replaceAll("__n__", mark);
    body.append(made.content);
    setUpNewContent();
    number();
    return body.lastElementChild;
  }
  const focus = (input) => { input?.focus(); input?.select?.(); };
  const next = (row) => row.nextElementSibling ?? add();

  function remove(row) {
    const beside = row.nextElementSibling ?? row.previousElementSibling;
    row.remove();
    focus(fields(beside ?? add())[0]);
    number();
    form.dispatchEvent(new Event("input", { bubbles: true })); // unsaved work
    later();
  }

  // ---- what it comes to

  let timer = 0;
  let latest = 0;
  function later() { clearTimeout(timer); timer = setTimeout(workOut, WAIT); }
  async function workOut() {
    const mine = ++latest;
    const data = new FormData(form);
    data.set("_of", holder.dataset.pk);
    const response = await ask(holder.dataset.lines, { data, headers: { Accept: "application/json", "X-CSRFToken": csrf() } }).catch(() => null);
    if (mine !== latest || !response?.ok) return;
    const found = await response.json();
    for (const row of rows()) show(row, found.rows[row.dataset.line] ?? {});
    box.querySelectorAll("[data-sums] output").forEach((place, n) => { place.textContent = found.totals[n] ?? ""; });
  }

  function show(row, told) {
    for (const input of fields(row)) {
      const { field: name } = input.dataset;
      const value = told.filled?.[name];
      if (value?.id) {
        if (!picked(row).value && input !== document.activeElement) { picked(row).value = value.id; input.value = value.text; }
      } else input.placeholder = input.value ? "" : value ?? "";
      offer(row, input, told.offers?.[name]);
      say(input, input === document.activeElement ? "" : told.said?.[name] ?? "");
    }
    hint(row, told.hint ?? ["", ""]);
    row.querySelectorAll("[data-shown]").forEach((place, n) => { place.textContent = told.shown?.[n] ?? ""; });
  }

  function say(input, sentence) {
    const place = input.closest("td").querySelector(".err");
    place.textContent = sentence;
    place.hidden = !sentence;
    input.closest("td").classList.toggle("bad", Boolean(sentence));
    if (sentence) input.setAttribute("aria-invalid", "true"); else input.removeAttribute("aria-invalid");
  }

  // What is worth knowing of a line stands below its first field; an error there goes before it.
  function hint(row, [words, tone]) {
    const cell = fields(row)[0].closest("td");
    let place = cell.querySelector(".hint");
    if (!place) {
      if (!words) return;
      place = Object.assign(document.createElement("span"), { className: "hint", id: `${fields(row)[0].id}-hint` });
      cell.append(place);
    }
    if (place.textContent !== words) place.textContent = words;
    place.dataset.tone = tone;
    place.hidden = !words;
    if (words) fields(row)[0].setAttribute("aria-describedby", `${place.id} ${fields(row)[0].id}-error`);
  }

  function offer(row, input, values) {
    if (!values) return;
    const id = `${input.id}-offer`;
    const list = document.getElementById(id) ?? input.after(Object.assign(document.createElement("datalist"), { id })) ?? document.getElementById(id);
    list.replaceChildren(...values.map((value) => Object.assign(document.createElement("option"), { value })));
    input.setAttribute("list", id);
  }

  // ---- by hand

  holder.addEventListener("change", (event) => {
    const row = event.target.closest("tr[data-line]");
    if (row && event.target.matches("[data-value]") && event.target.value) chosen(row);
  });
  function chosen(row) {
    for (const name of ["unit", "price", "tax_rate"]) if (field(row, name)) field(row, name).value = "";
    const quantity = field(row, "quantity");
    if (!quantity.value) quantity.value = "1";
    if (row === body.lastElementChild) add();
    focus(quantity);
    later();
  }
  form.addEventListener("input", later);
  form.addEventListener("change", later);

  onKey(holder, (event) => {
    const row = event.target.closest("tr[data-line]");
    if (!row || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || !event.target.matches("[data-field]")) return;
    const { field: name } = event.target.dataset;
    if (event.key === "Enter") {
      event.preventDefault();
      if (name === "product") { if (event.target.value) focus(field(row, "quantity")); } else focus(fields(next(row) ?? row)[0]);
    } else if ((event.key === "ArrowDown" || event.key === "ArrowUp") && name !== "product" && !event.target.hasAttribute("list")) {
      event.preventDefault();
      focus(field(event.key === "ArrowDown" ? row.nextElementSibling : row.previousElementSibling, name));
    }
  });

  box.addEventListener("click", (event) => {
    const gone = event.target.closest("[data-remove]");
    if (!gone && !event.target.closest("[data-add]")) return;
    event.preventDefault();
    if (gone) remove(gone.closest("tr")); else focus(fields(add() ?? body.lastElementChild)[0]);
  });

  holder.addEventListener("paste", (event) => {
    const text = event.clipboardData?.getData("text/plain") ?? "";
    if (!/[\t\n]/.test(text.trim()) || !event.target.matches("[data-field]")) return;
    event.preventDefault();
    paste(event.target, text.replace(/\r/g, "").split("\n").filter((line) => line.trim()).map((line) => line.split("\t")));
  });
  function paste(input, cells) {
    let row = input.closest("tr");
    const from = fields(row).indexOf(input);
    const head = fields(row)[from].getAttribute("aria-label");
    for (const values of cells[0][0].trim() === head ? cells.slice(1) : cells) {
      if (!row) break;
      const into = fields(row).slice(from);
      values.slice(0, into.length).forEach((value, n) => {
        into[n].value = value.trim();
        if (into[n].dataset.field === "product") picked(row).value = "";
      });
      row = next(row);
    }
    later();
  }

  // Rows that were added and not sent yet are in the draft of this tab, but not on the page.
  function restoreRows() {
    let draft = null;
    try { draft = JSON.parse(sessionStorage.getItem(DRAFT + form.dataset.draft)); } catch { return; }
    for (const [name, value] of draft?.values ?? []) {
      const mark = /^lines-(\d+)-/.exec(name)?.[1];
      if (!mark || (!value && !form.elements[name])) continue;
      if (!body.querySelector(`tr[data-line="${mark}"]`)) add(Number(mark));
      if (form.elements[name]) form.elements[name].value = value;
    }
  }

  if (form.dataset.draft) restoreRows();
  if (!rows().length || !isBlank(rows().at(-1))) add();
  number();
  later();
}
