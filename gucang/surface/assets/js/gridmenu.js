// What can be done with the selected rows and cells: a menu at the pointer, or at the active cell for the keyboard, and
// the button of the bar. Rows go into the bin; the step is taken back like any other.
import { onKey } from "./keys.js";

const MANY = 20; // rows beyond which the button asks once more

export function setUpMenu(grid) {
  const { table, editor, say, count, holder } = grid;
  const menu = Object.assign(document.createElement("div"), { className: "menu-list grid-menu", hidden: true });
  menu.setAttribute("role", "menu");
  menu.setAttribute("aria-label", say("menu"));
  holder.append(menu);
  let sure = "";

  const selected = () => { const { top, bottom } = table.bounds(); return grid.rows.slice(top, bottom + 1); };
  const removable = () => selected().filter((row) => row.pk || Object.keys(row.marks).length);

  /** Takes the selected rows away: new ones at once, records into the bin. */
  function remove() {
    const rows = removable();
    if (!table.sel.chosen) { grid.toast(say("chooseRows"), "warn", { about: "grid-choose" }); return; }
    if (!rows.length) return;
    sure = "";
    grid.saving.remove(rows);
  }

  /** The same from the bar, where nothing has said how many: beyond a few it asks once more. */
  function removeFromBar() {
    const rows = removable();
    const asked = rows.map(({ key }) => key).join();
    if (rows.length > MANY && sure !== asked && table.sel.chosen) {
      sure = asked;
      grid.toast(say("willRemove", { what: count("row", rows.length) }), "warn", { about: "grid-step" });
    } else remove();
    editor.focus();
  }

  function item(text, act, { tone = "", href = "" } = {}) {
    const made = document.createElement(href ? "a" : "button");
    made.setAttribute("role", "menuitem");
    made.tabIndex = -1;
    if (href) Object.assign(made, { href, target: "_blank", rel: "noopener" });
    else made.type = "button";
    if (tone) made.className = tone;
    made.textContent = text;
    made.addEventListener("click", () => { close(); act?.(); });
    return made;
  }

  function items() {
    const rows = removable();
    const one = selected().length === 1 && rows[0]?.pk ? rows[0] : null;
    const found = [];
    if (one) found.push(item(say("openRecord"), null, { href: `${holder.dataset.record}${one.pk}` }), document.createElement("hr"));
    found.push(
      item(say("copy"), () => document.execCommand("copy")),
      item(say("fillDown"), () => grid.fillDown()),
      item(say("emptyCells"), () => grid.empty()),
    );
    if ("removes" in holder.dataset && rows.length) {
      found.push(document.createElement("hr"), item(say("removeRows", { what: count("row", rows.length) }), remove, { tone: "danger" }));
    }
    return found;
  }

  function open(x, y) {
    menu.replaceChildren(...items());
    menu.hidden = false;
    const around = holder.getBoundingClientRect();
    menu.style.left = `${Math.max(Math.min(x - around.left, around.width - menu.offsetWidth - 8), 0)}px`;
    menu.style.top = `${Math.max(Math.min(y - around.top, around.height - menu.offsetHeight - 8), 0)}px`;
    choices()[0].focus();
  }

  function close() {
    menu.hidden = true;
    editor.focus();
  }

  const choices = () => [...menu.querySelectorAll("[role=menuitem]")];

  function openAtCell() {
    const cell = table.cellAt(table.sel.row, table.sel.place);
    if (!cell) return;
    const box = cell.getBoundingClientRect();
    open(box.left + 8, box.bottom);
  }

  onKey(menu, (event) => {
    const all = choices();
    const at = all.indexOf(document.activeElement);
    const steps = { ArrowDown: (at + 1) % all.length, ArrowUp: (at - 1 + all.length) % all.length, Home: 0, End: all.length - 1 };
    if (event.key in steps) { event.preventDefault(); event.stopPropagation(); all[steps[event.key]].focus(); }
    if (event.key === "Escape" || event.key === "Tab") { event.preventDefault(); event.stopPropagation(); close(); }
  });
  menu.addEventListener("focusout", (event) => { if (!menu.contains(event.relatedTarget)) menu.hidden = true; });
  addEventListener("pointerdown", (event) => { if (!menu.hidden && !menu.contains(event.target)) menu.hidden = true; });

  table.root.addEventListener("contextmenu", (event) => {
    const cell = event.target.closest("[data-place], .grid-number");
    if (!cell || editor.editing) return;
    event.preventDefault();
    const i = Number(cell.closest(".tabulator-row").dataset.i);
    const place = cell.dataset.place === undefined ? null : Number(cell.dataset.place);
    const { top, bottom, left, right } = table.bounds();
    const inside = table.sel.chosen && i >= top && i <= bottom && (place === null ? left === 0 && right === grid.columns.length - 1 : place >= left && place <= right);
    editor.moved();
    if (!inside && place === null) table.select(i, 0, { toRow: i, toPlace: grid.columns.length - 1 });
    else if (!inside) table.select(i, place);
    editor.tellPlace();
    open(event.clientX, event.clientY);
  });

  document.querySelector("[data-grid-remove]")?.addEventListener("click", removeFromBar);
  return { openAtCell };
}
