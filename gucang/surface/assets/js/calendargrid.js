// Month, week and day, drawn by FullCalendar. A drag is the record's action; a refusal puts the entry back and says why.
import { Calendar } from "fullcalendar";
import dayGrid from "fullcalendar/daygrid";
import interaction from "fullcalendar/interaction";
import classic from "fullcalendar/themes/classic";
import timeGrid from "fullcalendar/timegrid";
import { announce, ask, complain, elements, word } from "./page.js";

const NAMES = { month: "dayGridMonth", week: "timeGridWeek", day: "timeGridDay" };
const NARROW = "(max-width: 640px)";
const TONES = ["ac", "ok", "warn", "mute", "bad"];
const classOf = ({ tone, done }) => `entry is-${TONES.includes(tone) ? tone : "ac"}${done ? " is-over" : ""}`;
const viewOf = (name) => Object.keys(NAMES).find((view) => NAMES[view] === name);

function part(tag, className, text) {
  return Object.assign(document.createElement(tag), { className, textContent: text });
}

function sign(sprite, name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  svg.setAttribute("class", "i");
  svg.setAttribute("aria-hidden", "true");
  use.setAttribute("href", `${sprite}#i-${name}`);
  svg.append(use);
  return svg;
}

/** What stands in an entry: sign, hour, title, whom it is about, whose it is; to the ear also its kind and state. */
function content(page, { event, timeText }) {
  const { kind, icon, about, who, done, late } = event.extendedProps;
  const words = [kind, late && page.dataset.late, done && page.dataset.done].filter(Boolean).join(" ");
  const nodes = [sign(page.dataset.sprite, icon), part("span", "vh", `${words}: `)];
  if (timeText && !event.allDay) nodes.push(part("b", "", timeText), " ");
  nodes.push(part("span", "t", event.title));
  if (about) nodes.push(part("span", "about", ` · ${about}`));
  if (who) nodes.push(part("span", "about", ` · ${who}`));
  const line = part("span", "line", "");
  line.append(...nodes);
  return { domNodes: [line] };
}

/** Shows under the headline why `title` went back where it was. */
function showRefusal(page, html, title) {
  const said = document.querySelector("[data-said]");
  const refusal = elements(html).querySelector(".refusal");
  said.querySelectorAll(".refusal").forEach((old) => old.remove());
  if (refusal) { said.append(refusal); refusal.scrollIntoView({ block: "nearest" }); }
  announce(refusal?.textContent.trim() ?? word("back", { card: title }));
}

const spoken = (page, { start }) => start.toLocaleDateString(document.documentElement.lang, { timeZone: page.dataset.zone, month: "long", day: "numeric", weekday: "long" });

/** Asks the server to put the dragged entry where it lies now. */
async function send(page, calendar, { event, oldEvent, revert }) {
  const data = new FormData();
  data.set("_drag", "1");
  data.set("day", event.startStr.slice(0, 10));
  // A month knows days only: the hour stays what it was.
  if (viewOf(calendar.view.type) !== "month") data.set("time", event.allDay ? "" : event.startStr.slice(11, 16));
  data.set("seen", oldEvent.extendedProps.seen);
  data.set("next", location.pathname + location.search);
  document.querySelectorAll("[data-said] .refusal").forEach((old) => old.remove());
  const response = await ask(event.extendedProps.when, { data }).catch(() => null);
  if (!response?.ok) revert();
  if (response?.ok) announce(word("dropped", { card: event.title, lane: spoken(page, event) }));
  else if (response && [403, 409, 422].includes(response.status)) showRefusal(page, await response.text(), event.title);
  else complain(response);
  if (response) calendar.refetchEvents();
}

async function load(page, info, answer, fail) {
  const params = new URLSearchParams(location.search);
  params.set("from", info.startStr.slice(0, 10));
  params.set("until", info.endStr.slice(0, 10));
  const response = await ask(`${page.dataset.root}/calendar/entries?${params}`).catch(() => null);
  if (!response?.ok) { complain(response); fail(new Error("the entries did not come")); return; }
  const { entries, sentences } = await response.json();
  const said = document.querySelector("[data-said]");
  said.querySelectorAll(".note").forEach((old) => old.remove());
  said.prepend(...sentences.map((text) => Object.assign(part("p", "note mb-2", text), { dataset: { tone: "warn" } })));
  answer(entries);
}

/** A week is called by its first and its last day; months and days have names. */
function titleOf(page, view, { start, end, view: { title } }) {
  if (view !== "week") return title;
  const last = new Date(end.getTime() - 1);
  const written = (day) => day.toLocaleDateString(document.documentElement.lang, { timeZone: page.dataset.zone, month: "long", day: "numeric" });
  return `${written(start)} – ${written(last)}`;
}

/** Writes what is looked at into the address, the headline and the links that keep it. */
function follow(page, calendar, info) {
  const view = viewOf(info.view.type);
  const on = calendar.formatIso(calendar.getDate(), true).slice(0, 10);
  const shown = (href, changes) => {
    const url = new URL(href, location.href);
    for (const [name, value] of Object.entries(changes)) url.searchParams[value ? "set" : "delete"](name, value);
    return url.pathname + url.search.replaceAll("%2C", ",");
  };
  const changes = { view, on: on === page.dataset.today ? "" : on };
  history.replaceState(history.state, "", shown(location.href, changes));
  document.querySelector("[data-heading]").textContent = titleOf(page, view, info);
  page.dataset.view = view;
  document.querySelectorAll("[data-keeps-days] a").forEach((link) => { link.href = shown(link.href, changes); });
  document.querySelectorAll("[data-view][href]").forEach((link) => {
    link.href = shown(link.href, { ...changes, view: link.dataset.view });
    link.toggleAttribute("aria-current", link.dataset.view === view);
    if (link.dataset.view === view) link.setAttribute("aria-current", "page");
  });
  const create = document.querySelector("a[data-create]");
  if (create && page.dataset.newOn) create.href = shown(create.href, { [page.dataset.newOn]: on, next: location.pathname + location.search });
}

/** A click on an empty day makes something there; a finger looks at the day first. */
function begin(page, calendar, { dateStr, allDay, jsEvent }) {
  const day = dateStr.slice(0, 10);
  if (jsEvent.pointerType === "touch" || matchMedia("(pointer: coarse)").matches) { calendar.changeView(NAMES.day, day); return; }
  if (!page.dataset.new) return;
  const params = new URLSearchParams({ [page.dataset.newOn]: day, next: location.pathname + location.search });
  if (!allDay && page.dataset.newAt) params.set(page.dataset.newAt, dateStr.slice(0, 16));
  location.href = `${page.dataset.new}?${params}`;
}

function setUpLinks(calendar) {
  document.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    const link = event.target.closest?.("[data-step], [data-view][href]");
    const { step, view } = link?.dataset ?? {};
    if (!link || view === "agenda") return; // which the server draws
    event.preventDefault();
    if (view) calendar.changeView(NAMES[view]);
    else calendar[step]();
  });
}

export function drawGrid(page, view) {
  const grid = page.querySelector("[data-days-grid]");
  grid.hidden = false;
  page.classList.add("is-grid");
  const calendar = new Calendar(grid, {
    plugins: [dayGrid, timeGrid, interaction, classic],
    initialView: NAMES[view], initialDate: page.dataset.on, now: () => now(page), timeZone: page.dataset.zone,
    locale: document.documentElement.lang, firstDay: 1, headerToolbar: false, height: "auto", borderless: true, fixedWeekCount: true,
    // Clicks on the number of a day lead to the day, on the day itself to a new entry.
    navLinks: true, nowIndicator: true, dayMaxEvents: matchMedia(NARROW).matches ? 3 : 5, moreLinkText: (count) => page.dataset.more.replace("{num}", count),
    allDayText: page.dataset.allDay, slotDuration: "00:30:00", defaultTimedEventDuration: "00:30:00", scrollTime: "08:00:00",
    slotMinTime: "06:00:00", slotMaxTime: "23:00:00", eventTimeFormat: { hour: "2-digit", minute: "2-digit", hour12: false },
    slotHeaderFormat: { hour: "2-digit", minute: "2-digit", hour12: false },
    eventDisplay: "block", eventDurationEditable: false, longPressDelay: 350, dragScroll: true,
    views: {
      // The whole month is there: a page that scrolls under a held entry takes the day that was aimed at away.
      dayGridMonth: { dragScroll: false },
      timeGrid: { dayMaxEvents: 6, eventMinHeight: 24, slotEventOverlap: false },
      timeGridDay: { titleFormat: { year: "numeric", month: "long", day: "numeric", weekday: "long" } },
    },
    events: (info, answer, fail) => load(page, info, answer, fail),
    eventSourceFailure: () => {}, // said already, where it failed
    loading: (busy) => page.setAttribute("aria-busy", String(busy)),
    eventContent: (info) => content(page, info),
    eventClass: ({ event }) => classOf(event.extendedProps),
    columnEventClass: "is-column",
    dayCellTopInnerClass: ({ isToday }) => isToday ? "no-today" : "", dayHeaderClass: ({ isToday }) => isToday ? "is-now" : "",
    eventDidMount: ({ el, event }) => { el.dataset.entry = event.startEditable ? event.extendedProps.when : ""; el.dataset.id = event.id; },
    eventDrop: (info) => send(page, calendar, info),
    dateClick: (info) => begin(page, calendar, info),
    datesSet: (info) => follow(page, calendar, info),
  });
  calendar.render();
  setUpLinks(calendar);
}

/** This moment, on the day that the server calls today. */
function now(page) {
  const time = new Date().toLocaleTimeString("en-GB", { timeZone: page.dataset.zone });
  return `${page.dataset.today}T${time}`;
}
