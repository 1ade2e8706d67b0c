// What rows that were just added look like: asked for after they are saved, a few at a time, and said beside the row.
import { ask } from "./page.js";

const AT_ONCE = 20; // rows a request; each is looked for by itself
const MOST = 500; // rows of one deed; larger tables belong into an import, which says it before anything is made

export function makeAdvice(grid) {
  const waiting = [];
  let asking = false;

  async function go() {
    asking = true;
    while (waiting.length) {
      const some = waiting.splice(0, AT_ONCE);
      const response = await ask(`${grid.url}/advise?of=${some.map((row) => row.pk).join(",")}`, { headers: { Accept: "application/json", "X-Unasked": "1" } }).catch(() => null);
      const alike = response?.ok ? (await response.json().catch(() => null))?.alike : null;
      const found = some.filter((row) => alike?.[row.pk]);
      for (const row of found) row.alike = alike[row.pk];
      if (found.length) show(found);
    }
    asking = false;
  }

  function show(rows) {
    grid.table.redraw(rows);
    grid.saving.tell();
    grid.announce(grid.say("alike", { what: grid.count("row", all().length) }));
  }

  const all = () => grid.rows.filter((row) => row.alike);

  return {
    all,
    /** Looks for records like these rows, which have just become records. */
    ask(rows) {
      if (!grid.setup.advises) return;
      waiting.push(...rows.slice(0, Math.max(MOST - waiting.length, 0)));
      if (!asking) go();
    },
    /** It is another one: nothing more is said of this row. */
    dismiss(row) {
      delete row.alike;
      grid.table.redraw([row]);
      grid.saving.tell();
    },
    next() {
      const rows = all();
      const to = rows.find((row) => row.i > grid.table.sel.row) ?? rows[0];
      if (!to) return;
      grid.table.select(to.i, grid.table.sel.place);
      grid.editor.focus();
      grid.editor.tellPlace();
    },
    /** What stands in the note beside the row. */
    words: (row) => row.alike.map(([title, name, note, url]) => {
      const line = Object.assign(document.createElement("p"), { textContent: [title, name].join("：") });
      if (note) line.append(Object.assign(document.createElement("span"), { className: "meta", textContent: ` ${note} ` }));
      if (url) line.append(Object.assign(document.createElement("a"), { href: url, target: "_blank", rel: "noopener", textContent: grid.say("openIt") }));
      return line;
    }),
  };
}
