// What other programs put into the clipboard, as rows of cells; and our cells as other programs read them.
// No imports: the tests load this file by itself.

const SPACES = /[\u00a0\u2007\u202f]/g;
const INVISIBLE = /[\u200b\u2060\ufeff]/g;
const clean = (text) => text.replace(SPACES, " ").replace(INVISIBLE, "");

/** Cells with tabs between them, as Excel, WPS and LibreOffice write them: a cell with line breaks or tabs stands in
 *  quotes, doubled inside; a quote in the middle of a cell is a quote; the last line ends, it does not begin a row. */
export function readText(text) {
  const all = clean(text).replace(/\r\n?/g, "\n").replace(/\0/g, "");
  const rows = [[]];
  let at = 0;
  while (at <= all.length) {
    const quoted = all[at] === '"' ? quotedCell(all, at) : null;
    const end = quoted ? quoted.end : nextMark(all, at);
    rows.at(-1).push(quoted ? quoted.text : all.slice(at, end));
    if (end >= all.length) break;
    if (all[end] === "\n") rows.push([]);
    at = end + 1;
    if (at === all.length && all[end] === "\n") { rows.pop(); break; }
  }
  return rows;
}

const nextMark = (text, at) => { const found = text.slice(at).search(/[\t\n]/); return found < 0 ? text.length : at + found; };

/** The cell that begins with the quote at `at`, if the quote that ends it stands before a tab, a line end or the end. */
function quotedCell(text, at) {
  let end = at + 1;
  for (;;) {
    end = text.indexOf('"', end);
    if (end < 0) return null;
    if (text[end + 1] === '"') { end += 2; continue; }
    const after = text[end + 1];
    if (after !== undefined && after !== "\t" && after !== "\n") return null;
    return { text: text.slice(at + 1, end).replaceAll('""', '"'), end: end + 1 };
  }
}

/** Without styles and handlers: our policy forbids them, and the browser complains of each. What hid a part stays. */
const harmless = (html) => html.replace(/<style[\s\S]*?<\/style>/gi, "").replace(/<[a-z][^>]*>/gi, (tag) => tag.replace(/\s(style|on[a-z]+)\s*=/gi, " data-$1="));

/** The rows of the one table in a page's HTML, null when it holds none, or several: layout, not data.
 *  `null` among the cells is what a merged cell covers. */
export function readHtml(html) {
  const page = new DOMParser().parseFromString(harmless(html), "text/html"); // no script of it runs, no picture is fetched
  const tables = [...page.querySelectorAll("table")].filter((table) => !table.parentElement.closest("table"));
  if (tables.length !== 1 || tables[0].querySelector("table")) return null;
  let merged = 0;
  const rows = [];
  const covered = new Map(); // "row:place" of cells under a merged one
  [...tables[0].rows].forEach((line, r) => {
    const row = [];
    for (const cell of line.cells) {
      while (covered.has(`${r}:${row.length}`)) row.push(null);
      const wide = Math.min(cell.colSpan || 1, 500);
      const high = Math.min(cell.rowSpan || 1, 5000);
      if (wide > 1 || high > 1) merged += 1;
      for (let down = 0; down < high; down += 1) for (let right = 0; right < wide; right += 1) if (down) covered.set(`${r + down}:${row.length + right}`, true);
      row.push(wordsOf(cell), ...Array(wide - 1).fill(null));
    }
    while (covered.has(`${r}:${row.length}`)) row.push(null);
    rows.push(row);
  });
  return rows.length ? { rows, merged } : null;
}

const BLOCKS = new Set(["P", "DIV", "LI", "TR", "UL", "OL"]);

function wordsOf(cell) {
  const exact = cell.getAttribute("sdval"); // LibreOffice keeps the number behind what is shown
  let text = "";
  const walk = (node) => {
    if (node.nodeType === Node.TEXT_NODE) text += node.data.replace(/[ \t\r\n]+/g, " ");
    if (node.nodeType !== Node.ELEMENT_NODE || node.matches("script, style, template, [hidden]") || /display:\s*none/i.test(node.getAttribute("data-style") ?? "")) return;
    if (node.tagName === "BR") { text += "\n"; return; }
    if (BLOCKS.has(node.tagName) && text && !text.endsWith("\n")) text += "\n";
    node.childNodes.forEach(walk);
    if (BLOCKS.has(node.tagName) && !text.endsWith("\n")) text += "\n";
  };
  cell.childNodes.forEach(walk);
  const shown = clean(text).split("\n").map((line) => line.trim()).join("\n").replace(/^\n+|\n+$/g, "");
  return exact && /^[\d.,]+E[+-]?\d+$/i.test(shown) ? exact : shown;
}

/** The clipboard as { rows, merged }, or null when nothing in it fits into cells. */
export function read({ html = "", text = "" }) {
  const table = /<table/i.test(html) ? readHtml(html) : null;
  if (table) return { ...table, rows: squared(table.rows) };
  if (!text) return null;
  return { rows: squared(readText(text)), merged: 0 };
}

/** Every row as wide as the widest; columns and rows without anything at the end are not part of it. */
function squared(rows) {
  const width = Math.max(...rows.map((row) => row.length));
  return rows.map((row) => [...row, ...Array(width - row.length).fill("")]);
}

const needsQuotes = /["\t\n\r]/;
const escaped = (text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll("\n", "<br>");
// A cell that a spreadsheet would run is given as text; the apostrophe is taken off again when it comes back.
const guarded = (text) => (/^'*[=+\-@＝＋－＠\t\r\n]/.test(text) && !/^[+-][\d.]+$/.test(text) ? `'${text}` : text);

export const writeText = (rows) => rows.map((row) => row.map(guarded).map((text) => (needsQuotes.test(text) ? `"${text.replaceAll('"', '""')}"` : text)).join("\t")).join("\r\n");

export const writeHtml = (rows) => `<table>${rows.map((row) => `<tr>${row.map((text) => `<td>${escaped(guarded(text))}</td>`).join("")}</tr>`).join("")}</table>`;
