// Keyboard input with Chinese input methods in mind: a key that only picks a character must never act as a command.

/** True while an input method composes: Enter, Tab and letters belong to it then. Safari reports only keyCode 229. */
export const composing = (event) => event.isComposing || event.keyCode === 229;

/** The one way to listen to keys. */
export function onKey(target, handler) {
  target.addEventListener("keydown", (event) => { if (!composing(event)) handler(event); });
}

/** Calls `handler(text)` when typing pauses for `wait` ms (0: at once), never in the middle of a composition.
 *  `begun` is called at the first new letter: what is on show is out of date from then on. */
export function onTyped(input, handler, { wait = 120, begun = () => {} } = {}) {
  let timer = 0;
  const later = () => {
    clearTimeout(timer);
    begun();
    if (wait) timer = setTimeout(() => handler(input.value), wait); else handler(input.value);
  };
  input.addEventListener("input", (event) => { if (!event.isComposing) later(); });
  input.addEventListener("compositionend", later);
}

/** True when single letters are text, not commands; what has keys of its own (a grid) says so by `data-own-keys`. */
export const isTyping = (element) => Boolean(element?.closest?.("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable], [data-own-keys]"));

/** Takes the mark off all options, so that Enter cannot choose one that no longer fits what was typed. */
export const unselect = (options) => options.forEach((option) => option.removeAttribute("aria-selected"));

/** A key by itself. Single letters can be switched off by the person, for who speaks to the computer (WCAG 2.1.4). */
export const plainKey = (event) => !event.ctrlKey && !event.metaKey && !event.altKey
  && (event.key.length > 1 || document.body.dataset.keys !== "off");

/** Moves `aria-selected` within `options` and keeps it in view; answers the selected one. */
export function select(options, index, input) {
  if (!options.length) return null;
  const at = (index + options.length) % options.length;
  options.forEach((option, i) => option.setAttribute("aria-selected", String(i === at)));
  options[at].id ||= `option-${Math.random().toString(36).slice(2)}`;
  input.setAttribute("aria-activedescendant", options[at].id);
  options[at].scrollIntoView({ block: "nearest" });
  return options[at];
}
