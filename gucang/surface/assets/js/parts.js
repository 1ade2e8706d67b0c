// The parts that can stand in a text: a press puts one in at the cursor, and the cursor into its brackets.
export function setUpParts(box) {
  const text = document.getElementById(box.dataset.parts);
  box.querySelectorAll("[data-put]").forEach((part) => { part.disabled = false; });
  box.addEventListener("click", (event) => {
    const { put } = event.target.closest("[data-put]")?.dataset ?? {};
    if (!put) return;
    text.focus();
    text.setRangeText(put, text.selectionStart, text.selectionEnd, "end");
    if (put.endsWith("()")) text.selectionEnd = text.selectionStart = text.selectionEnd - 1;
    text.dispatchEvent(new Event("input", { bubbles: true }));
  });
}
