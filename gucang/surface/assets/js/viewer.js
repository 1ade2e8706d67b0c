// Pictures and PDF of a gallery, over the page: previous and next, larger and smaller, by key, finger and button.
import { announce } from "./page.js";
import { openDialog } from "./dialogs.js";
import { onKey, plainKey } from "./keys.js";

const STEPS = [0, 1, 1.5, 2, 3, 4, 6]; // times what fits; 0 fits
const SWIPE = 60; // px
let links = [];
let at = 0;
let step = 0;

const dialog = () => document.getElementById("viewer");
const stage = () => dialog().querySelector("[data-stage]");

function fromTemplate(name, url) {
  const copy = dialog().querySelector(`template[data-${name}]`).content.cloneNode(true);
  if (url) copy.querySelector("a").href = url;
  return copy;
}

function picture(link) {
  const image = Object.assign(document.createElement("img"), { src: link.href, alt: link.dataset.name, draggable: false });
  image.addEventListener("error", () => stage().replaceChildren(fromTemplate("broken")));
  image.addEventListener("dblclick", () => zoom(step ? -STEPS.length : 3));
  return image;
}

function pdf(link) {
  if (navigator.pdfViewerEnabled === false) return fromTemplate("no-pdf", link.href);
  return Object.assign(document.createElement("iframe"), { src: link.href, title: link.dataset.name });
}

function show(index) {
  at = (index + links.length) % links.length;
  const link = links[at];
  const box = dialog();
  step = 0;
  box.querySelector("#viewer-name").textContent = link.dataset.name;
  box.querySelector("[data-place]").textContent = links.length > 1 ? `${at + 1} / ${links.length}` : "";
  box.querySelector("[data-download]").href = link.href.split("?")[0];
  box.querySelectorAll("[data-turn]").forEach((button) => { button.hidden = links.length < 2; });
  box.querySelector("[data-zooming]").hidden = link.dataset.preview !== "picture";
  stage().replaceChildren(link.dataset.preview === "pdf" ? pdf(link) : picture(link));
  stage().classList.remove("is-large");
  const said = box.querySelector("[data-said]"); // the page's own region is inert behind a dialog
  said.textContent = links.length > 1 ? `${link.dataset.name}, ${at + 1} / ${links.length}` : link.dataset.name;
}

function zoom(by) {
  const image = stage().querySelector("img");
  if (!image) return;
  const fits = step ? image.clientWidth / STEPS[step] : image.clientWidth;
  step = Math.min(Math.max(step + by, 0), STEPS.length - 1);
  if (step === 1 && by > 0) step = 2; // 1 is what fits already
  if (step === 1 && by < 0) step = 0;
  stage().classList.toggle("is-large", step > 0);
  image.style.width = step ? `${Math.round(fits * STEPS[step])}px` : "";
}

function onViewerKey(event) {
  if (!plainKey(event)) return;
  const deed = {
    ArrowLeft: () => !step && show(at - 1), ArrowRight: () => !step && show(at + 1), "+": () => zoom(1), "=": () => zoom(1),
    "-": () => zoom(-1), 0: () => zoom(-STEPS.length), d: () => dialog().querySelector("[data-download]").click(),
  }[event.key];
  if (!deed || (step && event.key.startsWith("Arrow"))) return; // a large picture scrolls
  event.preventDefault();
  deed();
}

function setUp(box) {
  if (box.dataset.ready) return;
  box.dataset.ready = "yes";
  box.addEventListener("click", (event) => {
    const button = event.target.closest("[data-turn], [data-zoom]");
    if (button?.dataset.turn) show(at + Number(button.dataset.turn));
    else if (button) zoom(Number(button.dataset.zoom));
  });
  onKey(box, onViewerKey);
  let from = null;
  stage().addEventListener("touchstart", (event) => { from = event.touches.length === 1 && !step ? event.touches[0].clientX : null; }, { passive: true });
  stage().addEventListener("touchend", (event) => {
    const by = from === null ? 0 : event.changedTouches[0].clientX - from;
    if (Math.abs(by) > SWIPE && links.length > 1) show(at + (by < 0 ? 1 : -1));
  });
  box.addEventListener("close", () => { stage().replaceChildren(); announce(""); });
}

export function openViewer(link) {
  links = [...link.closest("[data-gallery]").querySelectorAll("[data-preview]")];
  setUp(dialog());
  openDialog(dialog(), link);
  show(links.indexOf(link));
  stage().focus();
}
