// The rows of choices in the form of an own field: added, moved, pasted and coloured without asking the server.
import { makeSortable } from "./ordering.js";

const part = (row, name) => row.querySelector(`[name="option_${name}"]`);

/** Shows the choice as its badge will look. */
function paint(list, row) {
  const looks = row.querySelector("[data-looks]");
  const tone = part(row, "tone").selectedOptions[0].dataset.badge || list.dataset.bare;
  looks.textContent = part(row, "zh").value;
  looks.classList.toggle("badge", Boolean(tone && looks.textContent));
  looks.dataset.tone = tone;
}

function add(list, after = list.lastElementChild) {
  const row = after.cloneNode(true);
  row.classList.remove("former");
  for (const control of row.querySelectorAll("input, select")) control.value = "";
  row.querySelector(".meta").replaceChildren(row.querySelector("[data-looks]"));
  after.after(row);
  paint(list, row);
  return row;
}

/** Buttons name their row by its number, so that the server understands them too. */
function count(list) {
  [...list.children].forEach((row, at) => row.querySelectorAll("button[name]").forEach((button) => {
    button.value = button.value.replace(/\d+$/, at);
  }));
}

const ACTS = {
  up: (list, row) => row.previousElementSibling?.before(row),
  down: (list, row) => row.nextElementSibling?.after(row),
  drop: (list, row) => {
    const near = row.nextElementSibling ?? row.previousElementSibling ?? add(list);
    row.remove();
    part(near, "zh").focus();
  },
};

function onPaste(list, event) {
  const lines = event.clipboardData.getData("text").split(/\r?\n/).map((line) => line.split("\t")).filter(([zh]) => zh.trim());
  if (event.target.name !== "option_zh" || lines.length < 2) return;
  event.preventDefault();
  let row = event.target.closest("li");
  lines.forEach(([zh, en], at) => {
    if (at || part(row, "zh").value) row = add(list, row);
    part(row, "zh").value = zh.trim().slice(0, 60);
    part(row, "en").value = (en ?? "").trim().slice(0, 60);
    paint(list, row);
  });
  changed(list);
}

function changed(list) {
  count(list);
  list.dispatchEvent(new Event("change", { bubbles: true }));
}

function onClick(list, event) {
  const button = event.target.closest("button[name]");
  if (!button) return;
  const row = button.closest("li");
  const act = ACTS[button.value.split(":")[0]];
  if (row && !act) return; // what only the server does
  event.preventDefault();
  if (row) act(list, row);
  else part(add(list), "zh").focus();
  changed(list);
  if (row?.isConnected) button.focus();
}

export function setUpChoices(list) {
  list.closest(".field").addEventListener("click", (event) => onClick(list, event));
  list.addEventListener("input", (event) => { const row = event.target.closest("li"); if (row) paint(list, row); });
  list.addEventListener("paste", (event) => onPaste(list, event));
  makeSortable(list, () => changed(list));
}
