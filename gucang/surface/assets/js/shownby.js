// A field of a form that is shown only while another one holds something. Without this script all are shown, and the
// server says what does not go together. What is hidden is not sent, so that its record keeps what it holds.

function held(form, name) {
  return [...form.elements].filter((one) => one.name === name && !(["checkbox", "radio"].includes(one.type) && !one.checked))
    .map((one) => (one.type === "checkbox" && one.value === "1" ? "true" : one.value)).filter(Boolean);
}

function settle(form) {
  for (const place of form.querySelectorAll("[data-show-by]")) {
    const found = held(form, place.dataset.showBy);
    const wanted = JSON.parse(place.dataset.showFor);
    const on = wanted.length ? found.some((one) => wanted.includes(one)) : found.length > 0;
    place.hidden = !on && !place.querySelector(".bad");
    for (const control of place.querySelectorAll("input, select, textarea")) control.disabled = place.hidden;
  }
}

export function showBy(place) {
  const form = place.closest("form");
  if (!form || form.dataset.shows) return;
  form.dataset.shows = "1";
  form.addEventListener("change", () => settle(form));
  settle(form);
}
