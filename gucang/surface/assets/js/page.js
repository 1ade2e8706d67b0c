// What the other modules share: words from the server, requests, announcements, setting up new content.

/** A sentence of #words in the person's language, with {names} filled in. */
export function word(key, values = {}) {
  const text = document.getElementById("words")?.dataset[key] ?? "";
  return Object.entries(values).reduce((all, [name, value]) => all.replace(`{${name}}`, value), text);
}

/** Says something to a screen reader. */
export function announce(text) {
  const region = document.getElementById("announce");
  if (region) region.textContent = text;
}

export const csrf = () => document.querySelector("input[name=csrfmiddlewaretoken]")?.value ?? "";

/** True when the answer is the sign-in page instead of what was asked for. */
export const signedOut = (response) => response.status === 401
  || (response.redirected && /^\/accounts\/(login|reauthenticate)/.test(new URL(response.url).pathname));

/** Sends a request the way htmx does, so that the server sees one kind. `data` makes it a POST. Answers the Response. */
export async function ask(url, { data, headers, signal } = {}) {
  const response = await fetch(url, {
    method: data ? "POST" : "GET", body: data, signal, credentials: "same-origin",
    headers: { "HX-Request": "true", "Accept": "text/html", ...(data ? { "X-CSRFToken": csrf() } : {}), ...headers },
  });
  const redirect = response.headers.get("HX-Redirect");
  if (redirect) location.href = redirect;
  if (signedOut(response)) document.dispatchEvent(new CustomEvent("signed-out"));
  for (const [name, detail] of Object.entries(events(response))) document.dispatchEvent(new CustomEvent(name, { detail }));
  return response;
}

function events(response) {
  const header = response.headers.get("HX-Trigger");
  if (!header) return {};
  return header.startsWith("{") ? JSON.parse(header) : Object.fromEntries(header.split(",").map((name) => [name.trim(), {}]));
}

/** HTML text as elements; a template parses a bare <td> or <tr> correctly, too. */
export function elements(html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  return template.content;
}

/** Says in words why `response` (null: no connection) changed nothing; answers true when it did say something. */
export function complain(response) {
  if (response?.ok || response?.status === 401 || response?.status === 422) return false;
  const text = word(response?.status === 403 ? "forbidden" : "failed");
  document.dispatchEvent(new CustomEvent("toast", { detail: { text, tone: "bad" } }));
  return true;
}

const setups = [];
/** Runs `setup(element)` once for every element that matches, now and after each swap. */
export function whenPresent(selector, setup) {
  const seen = new WeakSet();
  const run = () => document.querySelectorAll(selector).forEach((element) => {
    if (!seen.has(element)) { seen.add(element); setup(element); }
  });
  setups.push(run);
  run();
}
export const setUpNewContent = () => setups.forEach((run) => run());
