// The composer: kinds as tabs, pasted pictures become attachments, names of the files, copy of a sentence.
import { whenPresent, word } from "./page.js";
import { toast } from "./toasts.js";

function add(input, files) {
  const all = new DataTransfer();
  for (const file of [...input.files, ...files]) all.items.add(file);
  input.files = all.files;
  input.dispatchEvent(new Event("change", { bubbles: true }));
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
    const files = [...(event.clipboardData?.files ?? [])];
    const input = form.querySelector("input[type=file][multiple]");
    if (files.length && input) { event.preventDefault(); add(input, files); }
  });
}

export function setUpComposers() {
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
