// The composer: kinds as tabs, pasted pictures become attachments, names of the files, copy of a sentence.
import { whenPresent, word } from "./page.js";
import { toast } from "./toasts.js";

function add(input, files) {
  const all = new DataTransfer();
  for (const file of [...input.files, ...files]) all.items.add(file);
  input.files = all.files;
  input.dispatchEvent(new Event("change", { bubbles: true }));
}

/** The files of a paste or drop. Cells copied in Excel come as a picture, too: where there are words, they are meant. */
export const filesOf = (data) => (data?.types.includes("text/plain") ? [] : [...(data?.files ?? [])]);

/** A pasted picture with a name that says when; every browser calls it “image.png”. */
export function named(file) {
  if (!/^(image|图像)\.\w+$/i.test(file.name)) return file;
  const now = new Date();
  const two = (number) => String(number).padStart(2, "0");
  const when = `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())} ${two(now.getHours())}.${two(now.getMinutes())}.${two(now.getSeconds())}`;
  return new File([file], `${word("screenshot")} ${when}.${file.name.split(".").pop()}`, { type: file.type });
}

/** Puts files into the composer's own field, where they wait for “write down”. */
export function giveTo(form, files) {
  const input = form.querySelector("input[type=file][multiple]");
  if (input) add(input, files.map(named));
}

function showFiles(form) {
  const chips = [...form.querySelectorAll("input[type=file]")].flatMap((input) => [...input.files].map((file) => {
    const chip = Object.assign(document.createElement("span"), { className: "chip", textContent: `${file.name} · ${Math.ceil(file.size / 1024)} KB` });
    const remove = Object.assign(document.createElement("button"), { type: "button", className: "x", textContent: "×" });
    remove.setAttribute("aria-label", `${word("remove")} ${file.name}`);
    remove.addEventListener("click", () => {
      const rest = new DataTransfer();
      for (const other of input.files) if (other !== file) rest.items.add(other);
      input.files = rest.files;
      showFiles(form);
    });
    chip.append(remove);
    return chip;
  }));
  form.querySelector("[data-files]")?.replaceChildren(...chips);
}

function setUp(form) {
  form.addEventListener("change", (event) => {
    if (event.target.type === "file") showFiles(form);
    if (event.target.name === "kind") form.querySelectorAll(".tabs label").forEach((tab) => tab.classList.toggle("on", tab.contains(event.target)));
  });
  form.querySelector("[data-paste]")?.addEventListener("paste", (event) => {
    const files = filesOf(event.clipboardData);
    if (files.length) { event.preventDefault(); giveTo(form, files); }
  });
}

// Days to pick with one tap: they fill the date field that they stand beside.
function setUpDays(group) {
  const field = group.closest("form")?.elements[group.dataset.days];
  if (!field) return;
  const mark = () => group.querySelectorAll("[data-day]").forEach((day) => {
    const on = day.dataset.day === field.value;
    day.setAttribute("aria-pressed", String(on));
    day.classList.toggle("on", on);
  });
  group.hidden = false;
  group.addEventListener("click", (event) => {
    const day = event.target.closest("[data-day]");
    if (!day) return;
    field.value = field.value === day.dataset.day ? "" : day.dataset.day;
    field.dispatchEvent(new Event("input", { bubbles: true }));
    mark();
  });
  for (const change of ["input", "change"]) field.addEventListener(change, mark);
  field.form.addEventListener("reset", () => setTimeout(mark));
  mark();
}

// Whoever comes back from a call finds the place to write down what was said. Where the link started no call
// (no telephone on this machine), the page was never left and stays.
function afterCall(event) {
  const link = event.target.closest?.("a[href^='tel:'][data-then]");
  if (!link) return;
  const back = () => {
    if (document.visibilityState === "visible") { stop(); location.assign(link.dataset.then); }
  };
  const stop = () => { document.removeEventListener("visibilitychange", back); clearTimeout(patience); };
  const patience = setTimeout(() => { if (document.visibilityState === "visible") stop(); }, 3000);
  document.addEventListener("visibilitychange", back);
}

export function setUpComposers() {
  whenPresent("[data-days]", setUpDays);
  document.addEventListener("click", afterCall);
  whenPresent("[data-composer]", setUp);
  whenPresent("[data-copy]", (button) => {
    if (!navigator.clipboard) return; // plain http: the button stays hidden
    button.hidden = false;
    button.addEventListener("click", async () => {
      const text = (button.closest(".answer") ?? document).querySelector("[data-copy-source]")?.textContent.trim();
      await navigator.clipboard.writeText(text ?? "");
      toast({ text: word("copied") });
    });
  });
}
