// The board: dragging a card, or lifting it with the keyboard, is the action; a refusal puts it back with its sentence.
import htmx from "htmx.org";
import Sortable from "sortablejs";
import { onKey } from "./keys.js";
import { setUpMoves } from "./moves.js";
import { announce, ask, complain, elements, word } from "./page.js";

const handleOf = (card) => card.querySelector(".t a"); // what the keyboard holds a card by
const nameOf = (card) => handleOf(card).textContent;
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

/** Draws the lanes and their sums again; each keeps as many cards as it shows, also those that came by “more”. */
function refresh(board) {
  const url = new URL(location.href);
  for (const lane of board.querySelectorAll("[data-lane]")) {
    url.searchParams.append("shown", `${lane.dataset.lane}:${lane.querySelectorAll("[data-card]").length}`);
  }
  return htmx.ajax("GET", url.pathname + url.search, { target: board, select: "[data-board]", swap: "outerMorph" });
}

/** Asks the server to move `card` to the lane where it now lies; `place` is where it came from. */
async function send(card, place, board) {
  const focused = card.contains(document.activeElement);
  const data = new FormData();
  data.set("lane", laneOf(card).dataset.lane);
  data.set("next", location.pathname + location.search);
  data.set("after", card.previousElementSibling?.dataset.card ?? "");
  card.setAttribute("aria-busy", "true");
  card.classList.remove("refused");
  card.querySelectorAll(".refusal").forEach((old) => old.remove());
  const response = await ask(`${board.dataset.root}/${card.dataset.card}/drop`, { data }).catch(() => null);
  card.removeAttribute("aria-busy");
  if (response?.ok) {
    announce(word("dropped", { card: nameOf(card), lane: laneOf(card).dataset.laneName }));
    await refresh(board);
    return;
  }
  putBack(card, place);
  if (focused) handleOf(card).focus();
  if (response && [403, 409, 422].includes(response.status)) showRefusal(card, await response.text());
  else complain(response);
}

function setUpDragging(board) {
  let place = null;
  board.querySelectorAll("[data-cards]").forEach((cards) => Sortable.create(cards, {
    group: "board", animation: 160, draggable: "[data-card]", filter: "button, .refusal, .refusal a, .menu-list", preventOnFilter: false,
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
    if (!card || event.target !== handleOf(card)) return;
    if (!held && event.key === " " && "movable" in board.dataset) {
      held = { card, place: placeOf(card) };
      card.classList.add("is-held");
      announce(word("lifted", { card: nameOf(card) }));
      event.preventDefault();
      return;
    }
    if (!held) { moveFocus(board, card, event); return; }
    event.preventDefault();
    if (event.key === "ArrowLeft" || event.key === "ArrowRight") shift(board, held.card, event.key === "ArrowRight" ? 1 : -1);
    if (event.key === "Escape") { putBack(held.card, held.place); announce(word("back", { card: nameOf(card) })); drop(); handleOf(card).focus(); }
    if (event.key === "Enter" || event.key === " ") {
      const { place } = held;
      drop();
      if (place.list !== card.parentElement) send(card, place, board);
    }
  });
  board.addEventListener("focusout", (event) => {
    if (held && event.relatedTarget && !held.card.contains(event.relatedTarget)) { putBack(held.card, held.place); drop(); }
  });
}

function layIn(lane, card) {
  lane.querySelector("[data-cards]").prepend(card);
  handleOf(card).focus();
  card.scrollIntoView({ block: "nearest", inline: "nearest" });
}

function shift(board, card, by) {
  const lanes = [...board.querySelectorAll("[data-lane]")];
  const lane = lanes[lanes.indexOf(laneOf(card)) + by];
  if (!lane) return;
  layIn(lane, card);
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
  if (next) { event.preventDefault(); handleOf(next).focus(); }
}

/** What the menu of a card does: the card lies in its new lane at once, as if it had been dropped there. */
function moveTo(board, card, value) {
  const lane = [...board.querySelectorAll("[data-lane]")].find((one) => one.dataset.lane === value);
  if (!lane) { location.href = handleOf(card).href; return; } // a lane that came after this page: its own page knows it
  const place = placeOf(card);
  layIn(lane, card);
  send(card, place, board);
}

/** A phone shows one lane: the first that holds something. */
function showFirst(board) {
  const lane = [...board.querySelectorAll(".lane")].find((one) => one.querySelector("[data-card]"));
  if (lane && matchMedia("(max-width: 640px)").matches) board.scrollLeft = lane.offsetLeft - board.offsetLeft;
}

export function setUpBoard(board) {
  showFirst(board);
  setUpKeys(board);
  if (!("movable" in board.dataset)) return;
  setUpDragging(board);
  setUpMoves(board, (card, value) => moveTo(board, card, value));
}
