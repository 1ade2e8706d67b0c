// What was done in the grid travels to the server step by step. Until the server has answered, a step is kept on this
// device: a dropped network, a closed lid or a reload loses nothing. Every part has a name, so that it is done once.
import { ask } from "./page.js";

const PREFIX = "gc-grid:";
const AGAIN = [3000, 6000, 15000, 30000]; // ms
const BODY = 900_000; // bytes a request, well under what the server takes

const read = (key) => { try { return JSON.parse(localStorage.getItem(key)); } catch { return null; } };
const write = (key, value) => { try { localStorage.setItem(key, JSON.stringify(value)); return true; } catch { return false; } };
const forget = (key) => { try { localStorage.removeItem(key); } catch { /* forbidden storage */ } };
const utf8 = new TextEncoder();
const sizeOf = (text) => utf8.encode(text).length;

export function makeSaving(grid) {
  const { columns, limits, setup } = grid;
  const own = `${PREFIX}${grid.who}:`;
  const queue = []; // steps in order; the first one is being sent
  const trail = []; // the last steps, for undo of what was refused
  let running = false;
  let tries = 0;
  let timer = 0;
  let state = "saved";
  let history = setup.history;
  const listeners = [];
  const tell = () => listeners.forEach((listen) => listen());

  const placeOf = (name) => columns.findIndex((column) => column.name === name);
  const cellsOf = (step) => step.cells.length;
  const pending = () => queue.reduce((sum, step) => sum + cellsOf(step), 0);

  // ---- what is kept on this device -----------------------------------------------------------------------------
  const keep = (step) => write(`${own}step:${step.step}`, { step: step.step, kind: step.kind, at: step.at, parts: step.parts, cells: step.cells.map(({ row, name, value, text, seen }) => [row.pk ?? 0, row.key, seen, name, value, text]) });

  /** Cells that were refused, and new rows that are not complete, as they were typed. */
  function keepRefused() {
    const kept = [];
    for (const row of grid.rows) {
      for (const [place, mark] of Object.entries(row.marks)) {
        if (mark.state !== "pending") kept.push([row.pk ?? 0, row.key, columns[place].name, mark.state, mark.value, mark.text, mark.sentence, mark.theirs]);
      }
    }
    if (kept.length) write(`${own}refused`, kept); else forget(`${own}refused`);
  }

  // ---- steps -----------------------------------------------------------------------------------------------------
  /** Does one step: `changes` are { row, place, value, text }. Cells show their new value at once. */
  function apply(kind, changes) {
    if (!changes.length) return;
    const step = { step: crypto.randomUUID(), kind, at: Date.now(), parts: null, cells: [] };
    const touched = new Set();
    for (const { row, place, value, text = value } of changes) {
      const big = typeof value === "string" && value.length * 3 > limits.bytes && sizeOf(value) > limits.bytes;
      row.marks[place] = { state: big ? "refused" : "pending", value, text, step: step.step, ...(big ? { sentence: grid.say("tooBig") } : {}) };
      touched.add(row);
      if (!big && row.pk) step.cells.push({ row, name: columns[place].name, value, text, seen: row.version });
    }
    for (const row of touched) if (!row.pk) addNew(row, step);
    trail.push({ step: step.step, saved: step.cells.length > 0 });
    if (trail.length > 50) trail.shift();
    if (step.cells.length) { queue.push(step); keep(step); }
    grid.table.redraw(touched);
    keepRefused();
    tell();
    go();
  }

  /** A new row goes when it has what it needs; all of its cells go with it, also those typed earlier. */
  function addNew(row, step) {
    const filled = Object.entries(row.marks).filter(([, mark]) => mark.text !== "");
    for (const [place, mark] of Object.entries(row.marks)) if (mark.text === "") delete row.marks[place];
    const missing = columns.filter((column, place) => column.needed && !(row.marks[place]?.text ?? ""));
    if (!filled.length || filled.some(([, mark]) => mark.sentence && mark.step === step.step)) return;
    if (missing.length && !row.sent) {
      const sentence = grid.say("missing", { fields: missing.map((column) => column.label).join("、") });
      for (const [, mark] of filled) Object.assign(mark, { state: "draft", sentence });
      return;
    }
    for (const [place, mark] of filled) {
      if (row.sent && mark.step !== step.step) continue;
      Object.assign(mark, { state: "pending", step: step.step, sentence: undefined });
      step.cells.push({ row, name: columns[place].name, value: mark.value, text: mark.text, seen: 0 });
    }
    row.sent = true;
  }

  /** The requests of a step. Made when it is sent: a new row may have become a record by then. */
  function partsOf(step) {
    for (const row of new Set(step.cells.map((cell) => cell.row))) {
      if (row.pk || row.phantom) continue;
      // What was refused in a new row before goes with it again: nothing of the row is on the server yet.
      for (const [place, mark] of Object.entries(row.marks)) {
        if (mark.text === "" || mark.step === step.step || queue.some((other) => other.step === mark.step)) continue;
        Object.assign(mark, { state: "pending", step: step.step, sentence: undefined });
        step.cells.push({ row, name: columns[place].name, value: mark.value, text: mark.text, seen: 0 });
      }
    }
    const rows = new Map();
    for (const { row, name, value, seen } of step.cells) {
      const found = rows.get(row) ?? { row, seen, values: {} };
      found.values[name] = value;
      rows.set(row, found);
    }
    const parts = [];
    let part = null;
    for (const { row, seen, values } of rows.values()) {
      const size = sizeOf(JSON.stringify(values)) + 60;
      const cells = Object.keys(values).length;
      if (!part || part.rows >= limits.part || part.cells + cells > limits.cells || part.size + size > BODY) {
        part = { rows: 0, cells: 0, size: 0, body: { step: step.step, part: parts.length, kind: step.kind, edits: [], news: [] } };
        parts.push(part);
      }
      part.rows += 1;
      part.cells += cells;
      part.size += size;
      if (row.pk) part.body.edits.push([row.pk, Math.max(seen, 0), values]); else part.body.news.push([row.key, values]);
    }
    return parts.map(({ body }) => JSON.stringify(body));
  }

  async function go() {
    if (running || !queue.length) { settle(); return; }
    clearTimeout(timer);
    running = true;
    const step = queue[0];
    step.parts ??= partsOf(step);
    keep(step);
    setState("saving");
    const answer = await post("save", step.parts[0]);
    running = false;
    if (!answer) return; // said by post; it tries again
    tries = 0;
    take(answer, step);
    step.parts.shift();
    if (step.parts.length) keep(step);
    else { queue.shift(); forget(`${own}step:${step.step}`); result(step); }
    keepRefused();
    go();
  }

  /** Says what became of a deed with several cells. */
  function result(step) {
    // Counted where the person looks: what is to be mended, as the button above says, and what waits for that.
    const left = grid.rows.flatMap((row) => Object.entries(row.marks).filter(([, mark]) => mark.step === step.step && mark.state !== "pending").map(([place]) => [row.i, Number(place)]));
    const rows = new Set(left.map(([i]) => i));
    const refused = grid.troubles().filter(([i]) => rows.has(i)).length + (step.away ?? 0);
    const waits = Math.max(left.length + (step.away ?? 0) - refused, 0);
    const done = step.cells.length - left.length - (step.away ?? 0);
    const parts = [["savedSome", done], ["refused", refused], ["waits", waits]].filter(([, n]) => n > 0);
    const text = parts.map(([key, n]) => grid.say(key, { what: grid.count("cell", n) })).join(grid.say("and"));
    grid.announce(text);
    if (step.cells.length > 1 && step.kind !== "clear") grid.toast(text, refused ? "bad" : "ok", { about: "grid-step" });
  }

  /** The server's answer, also a refusal; null when it has to be tried again. */
  async function post(what, body) {
    const response = await ask(`${grid.url}/${what}${grid.kept}`, { data: body, headers: { "Content-Type": "application/json", Accept: "application/json" } }).catch(() => null);
    const json = response?.headers.get("Content-Type")?.startsWith("application/json") ? await response.json().catch(() => null) : null;
    if (response?.ok && json) return json;
    if (json && [400, 404, 409, 413, 422].includes(response.status)) return { refusal: json.sentence };
    if (json && response.status === 403) return { refusal: json.sentence };
    const wait = AGAIN[Math.min(tries, AGAIN.length - 1)];
    tries += 1;
    timer = setTimeout(go, wait);
    setState(navigator.onLine && response ? "stuck" : "waiting");
    return null;
  }

  function setState(now) { state = now; tell(); }
  function settle() { if (!queue.length) setState("saved"); }

  // ---- answers ---------------------------------------------------------------------------------------------------
  function take(answer, step) {
    const body = JSON.parse(step.parts[0]);
    const keys = new Set([...body.edits.map(([pk]) => pk), ...body.news.map(([key]) => key)]);
    const mine = step.cells.filter(({ row }) => keys.has(row.pk) || keys.has(row.key));
    const refused = answer.refusal !== undefined ? [...keys].map((row) => [row, "", answer.refusal, null]) : answer.refused;
    if (answer.history) history = answer.history;
    const touched = new Set(mine.map(({ row }) => row));
    const made = [];
    for (const [key, pk] of Object.entries(answer.made ?? {})) {
      const row = mine.find((cell) => cell.row.key === key)?.row;
      if (row) { row.pk = pk; delete row.sent; made.push(row); }
    }
    renewRows(answer.rows ?? []);
    for (const { row, name } of mine) {
      const mark = row.marks[placeOf(name)];
      if (mark?.step === step.step) delete row.marks[placeOf(name)];
    }
    const away = refused.filter((one) => !markRefused(one, mine, step));
    step.away = (step.away ?? 0) + away.length;
    for (const row of touched) if (!row.pk) delete row.sent;
    // What was typed into a new row while it was on its way is now a change of the record.
    if (away.length) grid.toast(grid.say("lost", { what: grid.count("cell", away.length), sentence: away[0][2] }), "bad");
    grid.table.redraw(touched);
    grid.changed(touched);
    grid.advice.ask(made);
  }

  /** Shows why; false when the row is not on this list. */
  function markRefused([key, name, sentence, theirs], mine, step) {
    const cells = mine.filter(({ row, name: field }) => (row.pk === key || row.key === key) && (!name || field === name));
    const row = mine.find((cell) => cell.row.pk === key || cell.row.key === key)?.row;
    if (!row || row.phantom) return false;
    for (const cell of cells) {
      const place = placeOf(cell.name);
      if (place >= 0 && (!row.marks[place] || row.marks[place].step === step.step)) row.marks[place] = { state: "refused", value: cell.value, text: cell.text, sentence, theirs, step: step.step };
    }
    const place = placeOf(name);
    if (!cells.length && place >= 0) row.marks[place] = { state: "refused", value: "", text: "", sentence, theirs, step: step.step };
    // The other cells of a new row wait with the refused one: the record is not made before all are in order.
    if (!row.pk) for (const { name: field, value, text } of mine.filter((cell) => cell.row === row)) {
      const other = placeOf(field);
      row.marks[other] ??= { state: "draft", value, text, sentence, step: step.step };
    }
    return true;
  }

  function renewRows(fresh) {
    const byId = new Map(grid.rows.filter((row) => row.pk).map((row) => [row.pk, row]));
    const unknown = [];
    for (const [pk, version, cells, locked, why] of fresh) {
      const row = byId.get(pk);
      if (!row) { unknown.push([pk, version, cells, locked, why]); continue; }
      for (const step of queue) if (!step.parts) for (const cell of step.cells) if (cell.row === row && cell.seen === row.version) cell.seen = version;
      Object.assign(row, { version, cells, locked, why });
    }
    return unknown;
  }

  // ---- rows that go ----------------------------------------------------------------------------------------------
  /** Takes rows away: those that are no records yet at once, records into the bin, a hundred at a time. */
  async function remove(rows) {
    if (queue.length || running) { grid.toast(grid.say("wait"), "warn", { about: "grid-step" }); return; }
    const ids = rows.filter((row) => row.pk).map((row) => row.pk);
    const fresh = new Set(rows.filter((row) => !row.pk));
    if (fresh.size) { await grid.drop((row) => fresh.has(row)); keepRefused(); }
    if (!ids.length) { tell(); return; }
    running = true;
    setState("saving");
    const step = crypto.randomUUID();
    trail.push({ step, saved: true });
    let gone = 0;
    const stayed = [];
    for (let part = 0; part * limits.removed < ids.length; part += 1) {
      const some = ids.slice(part * limits.removed, (part + 1) * limits.removed);
      const answer = await again("remove", JSON.stringify({ step, part, rows: some }));
      if (!answer) break;
      if (answer.refusal) { grid.toast(answer.refusal, "bad"); break; }
      history = answer.history;
      gone += answer.gone.length;
      stayed.push(...answer.refused);
      renewRows(answer.rows);
      const left = new Set(answer.gone);
      await grid.drop((row) => left.has(row.pk));
    }
    running = false;
    setState("saved");
    if (gone) grid.toast(grid.say("removed", { what: grid.count("row", gone) }), "ok", { about: "grid-step" });
    if (stayed.length) grid.toast(grid.say("notRemoved", { what: grid.count("row", stayed.length), sentence: stayed[0][2] }), "bad");
    keepRefused();
    tell();
    go();
  }

  // ---- back and again --------------------------------------------------------------------------------------------
  async function turn(which) {
    if (which === "undo") {
      const last = trail.at(-1);
      if (last) {
        const local = grid.rows.filter((row) => Object.values(row.marks).some((mark) => mark.step === last.step && mark.state !== "pending"));
        for (const row of local) for (const [place, mark] of Object.entries(row.marks)) if (mark.step === last.step && mark.state !== "pending") delete row.marks[place];
        if (local.length) { grid.table.redraw(local); keepRefused(); tell(); }
        if (!last.saved) { trail.pop(); turned("undone"); return; }
      }
    }
    if (queue.length) { grid.announce(grid.say("wait")); return; }
    const step = history[which];
    if (!step) { grid.announce(grid.say(which === "undo" ? "noUndo" : "noRedo")); return; }
    if (running) return;
    running = true;
    setState("saving");
    let answer;
    const refused = [];
    do {
      const body = JSON.stringify({ step: step.id, key: crypto.randomUUID() });
      answer = await again(which, body);
      if (!answer) break;
      if (answer.history) history = answer.history;
      if (answer.refusal) { grid.toast(answer.refusal, "bad"); break; }
      const unknown = renewRows(answer.rows);
      const gone = new Set(answer.gone ?? []);
      if (gone.size) await grid.drop((row) => gone.has(row.pk));
      if (unknown.length) await grid.insert(unknown);
      refused.push(...answer.refused);
      const shown = new Set(answer.rows.map(([pk]) => pk));
      grid.table.redraw(grid.rows.filter((row) => shown.has(row.pk)));
    } while (answer.more);
    running = false;
    trail.pop();
    setState("saved");
    if (answer && !answer.refusal) turned(which === "undo" ? "undone" : "redone");
    if (refused.length) grid.toast(grid.say("stayed", { n: grid.count("cell", refused.length), sentence: refused[0][2] }), "bad");
    tell();
    go();
  }

  /** Says it in the place of what the step itself said: that is not true any more. */
  const turned = (word) => grid.toast(grid.say(word), "ok", { about: "grid-step" });

  /** The same request a second and a third time when the line breaks; its name makes it one deed. */
  async function again(which, body) {
    for (let n = 0; n < 3; n += 1) {
      const answer = await post(which, body);
      clearTimeout(timer);
      if (answer) return answer;
      await new Promise((resolve) => { setTimeout(resolve, AGAIN[n]); });
    }
    grid.toast(grid.say("stuck", { what: "" }), "bad");
    return null;
  }

  // ---- from before -----------------------------------------------------------------------------------------------
  /** Brings back what an earlier visit could not send: steps go on their way, refused cells stand where they were. */
  function restore() {
    const byId = new Map(grid.rows.filter((row) => row.pk).map((row) => [row.pk, row]));
    const fresh = new Map();
    const rowOf = (pk, key) => {
      if (pk) return byId.get(pk) ?? byId.set(pk, { pk, key, version: 0, cells: [], marks: {}, locked: {}, why: "", phantom: true }).get(pk);
      return fresh.get(key) ?? fresh.set(key, grid.newRow(key)).get(key);
    };
    let keys = [];
    try { keys = Object.keys(localStorage).filter((key) => key.startsWith(`${own}step:`)); } catch { /* forbidden storage */ }
    const steps = keys.map(read).filter(Boolean).sort((a, b) => a.at - b.at);
    for (const { step, kind, at, parts, cells } of steps) {
      const made = { step, kind, at, parts, cells: cells.map(([pk, key, seen, name, value, text]) => ({ row: rowOf(pk, key), name, value, text, seen })) };
      for (const { row, name, value, text } of made.cells) {
        if (placeOf(name) >= 0) row.marks[placeOf(name)] = { state: "pending", value, text, step };
        if (!row.pk) row.sent = true;
      }
      queue.push(made);
    }
    for (const [pk, key, name, mark, value, text, sentence, theirs] of read(`${own}refused`) ?? []) {
      const row = rowOf(pk, key);
      if (placeOf(name) >= 0 && !row.phantom) row.marks[placeOf(name)] = { state: mark, value, text, sentence, theirs, step: "before" };
    }
    if (steps.length) grid.announce(grid.say("restored", { what: grid.count("cell", pending()) }));
    return [...fresh.values()];
  }

  addEventListener("online", () => { tries = 0; if (!running) go(); });
  addEventListener("offline", () => { if (queue.length) setState("waiting"); });
  addEventListener("beforeunload", (event) => {
    if (queue.length) { event.preventDefault(); event.returnValue = grid.say("leave"); }
  });

  return {
    apply, remove, turn, go, restore, keepRefused, pending, tell,
    get state() { return state; },
    get history() { return history; },
    onChange: (listen) => listeners.push(listen),
  };
}
