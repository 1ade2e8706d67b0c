// The menu of a card: where it can be moved to, asked for when it is opened. At most one is open.
import { onKey } from "./keys.js";
import { ask, complain, elements } from "./page.js";

let open = null; // { button, list } while a menu is there

function close({ focus = false } = {}) {
  if (!open) return;
  const { button, list } = open;
  open = null;
  list.remove();
  button.removeAttribute("aria-expanded");
  if (focus) button.focus();
}

/** Puts `list` under its button, or above it where there is more room. */
function place(list, button) {
  const at = button.getBoundingClientRect();
  const below = at.bottom + list.offsetHeight < innerHeight;
  list.style.top = `${below ? at.bottom : Math.max(at.top - list.offsetHeight, 0)}px`;
  list.style.left = `${Math.max(at.right - list.offsetWidth, 0)}px`;
}

async function show(board, button) {
  const card = button.closest("[data-card]");
  const response = await ask(`${board.dataset.root}/${card.dataset.card}/moves`).catch(() => null);
  if (!response?.ok) { complain(response); return; }
  close();
  if (!button.isConnected) return;
  const list = document.createElement("div");
  list.className = "menu-list";
  list.append(elements(await response.text()));
  button.after(list);
  button.setAttribute("aria-expanded", "true");
  open = { button, list };
  place(list, button);
  list.querySelector("button")?.focus();
}

function step(event) {
  const items = [...open.list.querySelectorAll("button")];
  const by = event.key === "ArrowDown" ? 1 : -1;
  items[(items.indexOf(document.activeElement) + by + items.length) % items.length]?.focus();
  event.preventDefault();
}

/** Gives every card its button. They are not in the page: two hundred of them would weigh as much as the cards. */
function addButtons(board) {
  const template = document.getElementById("move-button");
  for (const card of board.querySelectorAll("[data-card]")) {
    if (!template || card.querySelector("[data-moves]")) continue;
    const button = template.content.firstElementChild.cloneNode(true);
    button.setAttribute("aria-label", button.getAttribute("aria-label").replace("{card}", card.querySelector(".t").textContent));
    card.append(button);
  }
}

/** Lets the menus of the cards work; `move(card, lane)` is called with what was chosen. */
export function setUpMoves(board, move) {
  addButtons(board);
  document.addEventListener("htmx:after:swap", () => addButtons(board));
  board.addEventListener("click", (event) => {
    const button = event.target.closest("[data-moves]");
    const choice = event.target.closest("[data-to]");
    if (button && open?.button === button) close();
    else if (button) show(board, button);
    else if (choice) {
      const card = choice.closest("[data-card]");
      close();
      move(card, choice.dataset.to);
    }
  });
  onKey(board, (event) => {
    if (!open?.list.parentElement.contains(event.target)) return;
    if (event.key === "Escape") { event.stopPropagation(); close({ focus: true }); }
    if (event.key === "ArrowDown" || event.key === "ArrowUp") step(event);
  });
  board.addEventListener("focusout", (event) => {
    if (open && event.relatedTarget && !open.list.parentElement.contains(event.relatedTarget)) close();
  });
  document.addEventListener("pointerdown", (event) => { if (open && !event.target.closest("[data-moves], .deal > .menu-list")) close(); });
  for (const moved of ["scroll", "resize"]) addEventListener(moved, (event) => { if (!open?.list.contains(event.target)) close(); }, true);
}
