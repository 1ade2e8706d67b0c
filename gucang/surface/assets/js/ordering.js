// Rows that people put into another order: by dragging, by their grip if they have one, and by buttons.
import Sortable from "sortablejs";
import { announce } from "./page.js";

/** Lets the rows of a list be dragged; `done` gets the row that was let go at another place. */
export function makeSortable(list, done, options = {}) {
  const grips = list.querySelectorAll("[data-grip]");
  for (const grip of grips) grip.hidden = false;
  Sortable.create(list, {
    ...(grips.length ? { handle: "[data-grip]" } : { delay: 350, delayOnTouchOnly: true }),
    animation: 160, chosenClass: "is-held", ghostClass: "is-ghost", ...options,
    onEnd: ({ item, oldIndex, newIndex }) => { if (oldIndex !== newIndex) done(item); },
  });
}

/** Writes the order into the boxes that carry it to the server, and tells the form that it has changed. */
function number(list, changed) {
  const places = [...list.querySelectorAll("[data-place]")];
  places.forEach((input, at) => { input.value = at + 1; });
  if (changed) places[0]?.dispatchEvent(new Event("input", { bubbles: true }));
}

const nameOf = (item) => (item.querySelector("[data-name]")?.value ?? item.textContent).trim();

function onMove(list, event) {
  const button = event.target.closest("[data-move]");
  if (!button) return;
  event.preventDefault();
  const item = button.closest("li");
  if (button.dataset.move === "-1") item.previousElementSibling?.before(item);
  else item.nextElementSibling?.after(item);
  number(list, true);
  button.focus();
  announce(`${nameOf(item)} ${[...list.children].indexOf(item) + 1}`);
}

/** A list in a form, which sends the order as it lies there: the columns of a list, the stages of a type. */
export function setUpOrdered(list) {
  number(list, false);
  makeSortable(list, () => number(list, true), { draggable: "li", filter: "li:not([data-shown])", preventOnFilter: false });
  list.addEventListener("click", (event) => onMove(list, event));
}

/** Where a dragged row stands now: its place among the rows, and the section whose heading stands before it. */
function placeOf(list, item) {
  const rows = [...list.children];
  const upTo = rows.slice(0, rows.indexOf(item));
  const heading = [...upTo].reverse().find((one) => "section" in one.dataset) ?? rows.find((one) => "section" in one.dataset);
  const place = upTo.filter((one) => !("section" in one.dataset)).length + 1;
  return heading ? `${place}|${heading.dataset.section}` : place;
}

/** A list whose rows are saved one by one: the form of the dragged row is sent with its new place. */
export function setUpOrder(list) {
  makeSortable(list, (item) => {
    const button = item.querySelector("form[data-place] button[name=to]");
    button.value = placeOf(list, item);
    button.click();
  });
}
