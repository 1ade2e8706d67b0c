// A select, or a field for a record, that finds by typing: name, pinyin or initials.
import htmx from "htmx.org";
import { onKey, onTyped, select, unselect } from "./keys.js";
import { ask, elements } from "./page.js";

/** `find(text)` answers option elements ([role=option] with data-value); `choose(value, text)` takes the pick. */
function combo(holder, input, find, choose, wait) {
  const list = Object.assign(document.createElement("div"), { className: "combo-list", hidden: true });
  list.setAttribute("role", "listbox");
  list.id = `${input.id}-list`;
  holder.append(list);
  for (const [name, value] of Object.entries({ role: "combobox", "aria-controls": list.id, "aria-autocomplete": "list", "aria-expanded": "false" })) input.setAttribute(name, value);

  const options = () => [...list.querySelectorAll("[role=option]")];
  const at = () => options().findIndex((option) => option.getAttribute("aria-selected") === "true");
  const close = () => { list.hidden = true; input.setAttribute("aria-expanded", "false"); };
  let latest = 0;
  const open = async (text) => {
    const mine = ++latest;
    const parts = await find(text);
    if (mine !== latest) return; // a later answer is already on its way
    list.replaceChildren(...parts);
    list.hidden = parts.length === 0;
    input.setAttribute("aria-expanded", String(!list.hidden));
    select(options(), 0, input);
  };
  const take = (option) => {
    if (!option) return;
    input.value = (option.dataset.text ?? option.textContent).trim();
    choose(option.dataset.value, input.value);
    close();
  };
  onTyped(input, (text) => { choose("", text); open(text); }, { wait, begun: () => unselect(options()) });
  // What stands there is replaced by typing. A press sets the caret only when it is let go, so the click selects.
  let opening = false;
  input.addEventListener("focus", () => input.select());
  input.addEventListener("pointerdown", () => { opening = list.hidden; if (opening) open(""); });
  input.addEventListener("click", () => { if (opening && input.selectionStart === input.selectionEnd) input.select(); opening = false; });
  input.addEventListener("blur", () => setTimeout(close, 120));
  list.addEventListener("pointerdown", (event) => { event.preventDefault(); take(event.target.closest("[role=option]")); });
  onKey(input, (event) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (list.hidden) open(""); else select(options(), at() + (event.key === "ArrowDown" ? 1 : -1), input);
    }
    if (event.key === "Enter" && !list.hidden) { event.preventDefault(); take(options()[at()]); }
    if (event.key === "Escape" && !list.hidden) { event.stopPropagation(); event.preventDefault(); close(); }
    if (event.key === "Tab" && !list.hidden) take(options()[at()]);
  });
}

function optionFor(choice) {
  const made = Object.assign(document.createElement("div"), { textContent: choice.textContent });
  made.setAttribute("role", "option");
  made.dataset.value = choice.value;
  return made;
}

function noteOf(text) {
  const made = Object.assign(document.createElement("div"), { className: "meta", textContent: text });
  made.setAttribute("role", "note");
  return made;
}

export function enhanceSelect(holder) {
  const native = holder.querySelector("select");
  const input = Object.assign(document.createElement("input"), { type: "text", autocomplete: "off", id: native.id, required: native.required });
  for (const name of ["aria-label", "aria-describedby", "aria-invalid"]) if (native.hasAttribute(name)) input.setAttribute(name, native.getAttribute(name));
  const focused = document.activeElement === native;
  native.id = `${native.id}-native`;
  native.required = false; // hidden, so the browser could not point at it
  input.value = native.selectedOptions[0]?.value ? native.selectedOptions[0].textContent.trim() : "";
  input.placeholder = native.options[0]?.value === "" ? native.options[0].textContent.trim() : "";
  holder.prepend(input);
  if (focused) input.focus(); // the page put the cursor here before this came
  const matches = (choice, text) => `${choice.textContent} ${choice.dataset.find ?? ""}`.toLowerCase().includes(text.trim().toLowerCase());
  combo(holder, input,
    (text) => {
      const found = [...native.options].filter((choice) => matches(choice, text)).map(optionFor);
      return found.length ? found : [noteOf(holder.dataset.combo)];
    },
    (value, text) => {
      const exact = value === "" && [...native.options].find((choice) => choice.textContent.trim() === text.trim());
      native.value = exact ? exact.value : value;
      input.setCustomValidity(input.required && !native.value && text.trim() ? holder.dataset.combo : "");
      native.dispatchEvent(new CustomEvent("change", { bubbles: true, detail: { typed: value === "" } }));
    }, 0);
}

export function enhanceRecordPicker(holder) {
  const hidden = holder.querySelector("[data-value]");
  const input = holder.querySelector("input:not([type=hidden])");
  combo(holder, input, async (text) => {
    const { recordPicker, within } = holder.dataset;
    const whole = within ? { [within]: hidden.form?.elements[within]?.value ?? "" } : {};
    const response = await ask(`${recordPicker}?${new URLSearchParams({ q: text, ...whole })}`).catch(() => null);
    if (!response?.ok) return [];
    const parts = elements(await response.text());
    return [...parts.querySelectorAll("[role=option], [role=note]")];
  }, (value) => {
    hidden.value = value;
    htmx.trigger(hidden, "change");
  });
}
