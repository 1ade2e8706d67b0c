// Which rows of the grid are drawn: those in sight and a few beyond. All are equally high, so their places are counted
// and never measured; Tabulator's own way asks the browser for the height of every row that scrolls by.
import { Renderer } from "tabulator-tables";

const BEYOND = 10; // rows above and below what is in sight

export class EvenRows extends Renderer {
  constructor(table) {
    super(table);
    this.verticalFillMode = "fill";
    this.high = table.options.rowHeight; // px
    this.first = 0;
    this.drawn = [];
    this.seen = 0;
  }

  clearRows() {
    this.tableElement.replaceChildren();
    Object.assign(this.tableElement.style, { paddingTop: "", paddingBottom: "", display: "" });
    this.elementVertical.scrollTop = 0;
    Object.assign(this, { first: 0, drawn: [] });
  }

  renderRows() { this.fill(this.elementVertical.scrollTop); }

  /** Draws again at the same place, after rows came or went. */
  rerenderRows(callback) {
    const { scrollTop, scrollLeft } = this.elementVertical;
    callback?.();
    this.tableElement.replaceChildren();
    this.drawn = [];
    this.fill(scrollTop);
    Object.assign(this.elementVertical, { scrollTop, scrollLeft });
  }

  scrollRows(top) { this.fill(top); }

  resize() { this.seen = Math.ceil(this.elementVertical.clientHeight / this.high); }

  visibleRows() { return [...this.drawn]; }

  scrollToRow(row) { this.elementVertical.scrollTop = Math.max(this.rows().indexOf(row), 0) * this.high; }

  isDrawn(row) { return this.drawn.includes(row); }

  /** Draws the rows around a place (px), keeping the elements of those that are there already. */
  fill(top) {
    if (!this.seen) this.resize();
    const rows = this.rows();
    const first = Math.max(Math.min(Math.floor(top / this.high), rows.length - this.seen) - BEYOND, 0);
    const wanted = rows.slice(first, first + this.seen + 2 * BEYOND);
    const last = this.first + this.drawn.length;
    const stays = first < last && first + wanted.length > this.first;
    if (!stays) this.tableElement.replaceChildren();
    else for (const [n, row] of this.drawn.entries()) {
      if (this.first + n < first || this.first + n >= first + wanted.length) row.getElement().remove();
    }
    const before = stays ? Math.max(this.first - first, 0) : 0;
    const from = stays ? Math.max(last - first, 0) : 0;
    this.tableElement.prepend(this.made(wanted.slice(0, before), first));
    this.tableElement.append(this.made(wanted.slice(from), first + from));
    Object.assign(this, { first, drawn: wanted });
    this.tableElement.style.paddingTop = `${first * this.high}px`;
    this.tableElement.style.paddingBottom = `${Math.max(rows.length - first - wanted.length, 0) * this.high}px`;
  }

  made(rows, at) {
    const found = document.createDocumentFragment();
    rows.forEach((row, n) => {
      this.styleRow(row, at + n);
      row.initialize(false, true);
      Object.assign(row, { height: this.high, outerHeight: this.high, heightInitialized: true });
      found.append(row.getElement());
    });
    return found;
  }
}
