// Builds gucang/surface/static/dist from gucang/surface/assets. `--check` builds to memory and fails on a difference.
import { build } from "esbuild";
import { gzipSync } from "node:zlib";
import { mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";

const SOURCE = "gucang/surface/assets";
const DIST = "gucang/surface/static/dist";
const TARGET = ["chrome109", "safari16", "firefox115"]; // Windows 7 and 8 stop at Chromium 109
const BUDGET_GZIP = 105 * 1024; // bytes, all CSS and JavaScript together that more than one page may load
// What a single page loads for itself, when it is looked at, with what it may weigh.
const LAZY = { calendargrid: 95 * 1024, calendar: 12 * 1024, grid: 57 * 1024, worktime: 4 * 1024, lines: 6 * 1024, paper: 3 * 1024 };

const COMMON = { bundle: true, preserveSymlinks: true, minify: true, write: false, target: TARGET, legalComments: "none", charset: "utf8", logLevel: "warning" };

async function bundles() {
  const app = await build({
    ...COMMON, format: "esm", splitting: true, outdir: DIST, chunkNames: "[name]-[hash]",
    entryPoints: { app: `${SOURCE}/js/app.js` },
  });
  // Plain script, not a module: it must run before the first paint.
  const head = await build({ ...COMMON, format: "iife", outdir: DIST, entryPoints: { head: `${SOURCE}/js/head.js` } });
  const css = await build({ ...COMMON, outdir: DIST, entryPoints: { app: `${SOURCE}/css/app.css`, calendar: `${SOURCE}/css/calendar.css`, grid: `${SOURCE}/css/grid.css`, worktime: `${SOURCE}/css/worktime.css`, lines: `${SOURCE}/css/lines.css`, paper: `${SOURCE}/css/paper.css` } });
  return [app, head, css].flatMap((result) => result.outputFiles)
    .map((file) => [relative(DIST, file.path), Buffer.from(file.contents)]);
}

async function sprite() {
  const names = (await readFile(`${SOURCE}/icons.txt`, "utf8")).split("\n").filter((line) => line && !line.startsWith("#"));
  const symbols = await Promise.all(names.map(async (name) => {
    const svg = await readFile(`node_modules/@tabler/icons/icons/outline/${name}.svg`, "utf8").catch(() => {
      throw new Error(`icons.txt names “${name}”, which Tabler does not have. Take a name from tabler.io/icons (outline).`);
    });
    const body = svg.slice(svg.indexOf(">", svg.indexOf("<svg")) + 1, svg.lastIndexOf("</svg>"))
      .replace(/<path[^>]*stroke="none"[^>]*\/>/g, "").replace(/\s*\n\s*/g, "");
    return `<symbol id="i-${name}" viewBox="0 0 24 24">${body}</symbol>`;
  }));
  return ["sprite.svg", Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("\n")}</svg>\n`)];
}

function reportSize(files) {
  const shipped = files.filter(([name]) => /\.(css|js)$/.test(name)).map(([name, body]) => [name, gzipSync(body).length]);
  const lazy = (name) => LAZY[name.split(/[-.]/)[0]] ?? 0;
  const total = shipped.filter(([name]) => !lazy(name)).reduce((sum, [, size]) => sum + size, 0);
  for (const [name, size] of shipped) console.log(`${(size / 1024).toFixed(1).padStart(6)} kB gz  ${name}${lazy(name) ? " (one page)" : ""}`);
  const heavy = shipped.find(([name, size]) => lazy(name) && size > lazy(name));
  if (heavy) throw new Error(`${heavy[0]} is heavier than its page may load: take in less of the library.`);
  console.log(`${(total / 1024).toFixed(1).padStart(6)} kB gz  in total, budget ${BUDGET_GZIP / 1024}`);
  if (total > BUDGET_GZIP) throw new Error("Over the budget of CSS and JavaScript: drop something or load it lazily from elsewhere.");
}

async function compare(files) {
  const wanted = new Map(files);
  const present = await readdir(DIST).catch(() => []);
  const wrong = present.filter((name) => !wanted.has(name));
  for (const [name, body] of wanted) {
    const old = await readFile(join(DIST, name)).catch(() => null);
    if (!old || !old.equals(body)) wrong.push(name);
  }
  if (wrong.length) throw new Error(`static/dist differs from its sources (${wrong.join(", ")}). Run: npm run build`);
}

async function write(files) {
  await rm(DIST, { recursive: true, force: true });
  await mkdir(DIST, { recursive: true });
  for (const [name, body] of files) await writeFile(join(DIST, name), body);
}

const files = [...(await bundles()), await sprite()];
reportSize(files);
await (process.argv.includes("--check") ? compare(files) : write(files));
