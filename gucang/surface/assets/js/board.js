// The board: dragging a card, or lifting it with the keyboard, is the action; a refusal puts it back with its sentence.
import htmx from "htmx.org";
import Sortable from "sortablejs";
import { onKey } from "./keys.js";
import { announce, ask, complain, elements, word } from "./page.js";

const nameOf = (card) => card.getAttribute("aria-label");
const laneOf = (card) => card.closest("[data-lane]");

function placeOf(card) {
  return { list: card.parentElement, next: card.nextElementSibling };
}

function putBack(card, place) {
  place.list.insertBefore(card, place.next?.isConnected ? place.next : null);
}

function showRefusal(card, html) {
  card.querySelectorAll(".refusal").forEach((old) => old.remove());
  const refusal = elements(html).querySelector(".refusal");
  card.classList.add("refused");
  if (refusal) { refusal.classList.add("is-new"); card.append(refusal); htmx.process(refusal); }
  announce(refusal?.textContent.trim() ?? word("back", { card: nameOf(card) }));
}

function refresh(board) {
  return htmx.ajax("GET", location.href, { target: board, select: "[data-board]", swap: "outerMorph" });
}

/** Asks the server to move `card` to the lane where it now lies; `place` is where it came from. */
async function send(card, place, board) {
  const data = new FormData();
  data.set("lane", laneOf(card).dataset.lane);
  data.set("after", card.previousElementSibling?.dataset.card ?? "");
  card.setAttribute("aria-busy", "true");
  card.classList.remove("refused");
  card.querySelectorAll(".refusal").forEach((old) => old.remove());
  const response = await ask(card.dataset.moveUrl, { data }).catch(() => null);
  card.removeAttribute("aria-busy");
  if (response?.ok) {
    announce(word("dropped", { card: nameOf(card), lane: laneOf(card).dataset.laneName }));
    await refresh(board);
    return;
  }
  putBack(card, place);
  if (response && [403, 409, 422].includes(response.status)) showRefusal(card, await response.text());
  else complain(response);
}

function setUpDragging(board) {
  let place = null;
  board.querySelectorAll("[data-cards]").forEach((cards) => Sortable.create(cards, {
    group: "board", animation: 160, draggable: "[data-move-url]", filter: "a, button, .refusal", preventOnFilter: false,
    delay: 180, delayOnTouchOnly: true, chosenClass: "is-held", ghostClass: "is-ghost",
    onStart: ({ item }) => { place = placeOf(item); },
    onEnd: ({ item, from, to }) => { if (from !== to) send(item, place, board); },
  }));
}

function setUpKeys(board) {
  let held = null; // { card, place } while lifted
  const drop = () => { held.card.classList.remove("is-held"); held = null; };
  onKey(board, (event) => {
    const card = event.target.closest("[data-card]");
    if (!card || event.target !== card) return;
    if (!held && event.key === "Enter") { card.querySelector(".t a")?.click(); return; }
    if (!held && event.key === " " && card.dataset.moveUrl) {
      held = { card, place: placeOf(card) };
      card.classList.add("is-held");
      announce(word("lifted", { card: nameOf(card) }));
      event.preventDefault();
      return;
    }
    if (!held) { moveFocus(board, card, event); return; }
    event.preventDefault();
    if (event.key === "ArrowLeft" || event.key === "ArrowRight") shift(board, held.card, event.key === "ArrowRight" ? 1 : -1);
    if (event.key === "Escape") { putBack(held.card, held.place); announce(word("back", { card: nameOf(card) })); drop(); card.focus(); }
    if (event.key === "Enter" || event.key === " ") {
      const { place } = held;
      drop();
      if (place.list !== card.parentElement) send(card, place, board);
    }
  });
  board.addEventListener("focusout", (event) => {
    if (held && event.relatedTarget && event.relatedTarget !== held.card) { putBack(held.card, held.place); drop(); }
  });
}

function shift(board, card, by) {
  const lanes = [...board.querySelectorAll("[data-lane]")];
  const lane = lanes[lanes.indexOf(laneOf(card)) + by];
  if (!lane) return;
  lane.querySelector("[data-cards]").prepend(card);
  card.focus();
  card.scrollIntoView({ block: "nearest", inline: "nearest" });
  announce(word("over", { lane: lane.dataset.laneName }));
}

function moveFocus(board, card, event) {
  const cards = [...laneOf(card).querySelectorAll("[data-card]")];
  const lanes = [...board.querySelectorAll("[data-lane]")];
  const row = cards.indexOf(card);
  const beside = (by) => lanes[lanes.indexOf(laneOf(card)) + by]?.querySelectorAll("[data-card]");
  const next = {
    ArrowDown: () => cards[row + 1], ArrowUp: () => cards[row - 1],
    ArrowRight: () => [...(beside(1) ?? [])].at(0), ArrowLeft: () => [...(beside(-1) ?? [])].at(0),
  }[event.key]?.();
  if (next) { event.preventDefault(); next.focus(); }
}

export function setUpBoard(board) {
  setUpDragging(board);
  setUpKeys(board);
}
