// The drawer to send an event: typed, from a sample, or from an invocation that was.

import * as api from "./api.js";
import { announce, attempt, offer, pretty } from "./dom.js";

const drawer = document.querySelector("#sender");
const form = document.querySelector("#sender-form");
const failure = document.querySelector("#sender-error");
const saving = document.querySelector("#save-fields");
let saved = [];
/** What was last written for each function. */
const drafts = new Map();
let sent = () => {};

/** Wires the drawer; `onSent(number)` is called with the invocation's number. */
export function start(onSent) {
  sent = onSent;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    tell(send);
  });
  form.querySelector(".close").addEventListener("click", () => drawer.close());
  form.elements.sample.addEventListener("change", takeSample);
  form.querySelector("#save").addEventListener("click", () => tell(save));
  form.elements.event.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
  });
  drawer.addEventListener("close", () => drafts.set(form.elements.function.value, form.elements.event.value));
  drawer.addEventListener("click", (event) => event.target === drawer && drawer.close());
}

/** Takes the names of the functions. */
export const setFunctions = (names) => offer(form.elements.function, names);

/** Opens the drawer; for a function, with an event to begin with or what was last written for it. */
export function open(name, event) {
  failure.textContent = "";
  if (name) {
    form.elements.function.value = name;
    form.elements.event.value = event ?? drafts.get(name) ?? "{}";
    form.elements.sample.value = form.elements.name.value = "";
  }
  document.querySelector("#detail").close();
  drawer.showModal();
  form.elements.event.focus();
  attempt(loadSamples);
}

async function loadSamples() {
  const { samples, can_save } = await api.samples();
  saved = samples;
  saving.hidden = !can_save;
  offer(form.elements.sample, samples.map(({ name }) => name));
}

function takeSample() {
  const sample = saved.find(({ name }) => name === form.elements.sample.value);
  if (sample) form.elements.event.value = pretty(sample.event);
  form.elements.name.value = sample?.name ?? "";
}

async function send() {
  const { number } = await api.invoke(form.elements.function.value, form.elements.event.value);
  drawer.close();
  sent(number);
}

async function save() {
  const name = form.elements.name.value.trim();
  if (!name) throw new Error("A sample needs a name.");
  await api.saveSample(name, form.elements.event.value);
  await loadSamples();
  form.elements.sample.value = name;
  announce(`Saved as ${name}.`);
}

// What is wrong with an event is said beside it.
async function tell(act) {
  failure.textContent = "";
  try {
    await act();
  } catch (error) {
    failure.textContent = error.message;
  }
}
