// Wires the page together: the form, jobs in the making, the library and the open episode.

import { Problem, generate, list } from "./api.js";
import * as episode from "./episode.js";
import { follow } from "./jobs.js";
import { refresh } from "./library.js";
import { once, pause } from "./patience.js";
import { announce, placeOf, showConnected } from "./text.js";

const form = document.querySelector("#ask");
const submit = form.querySelector("button[type=submit]");
const errorBox = document.querySelector("#ask-error");
const noticeBox = document.querySelector("#notice");
const suggestionBox = document.querySelector("#ask-suggestions");
// Kept for this tab, so that a reload does not forget who is waiting for what.
const askedHere = {
  has: (id) => sessionStorage.getItem(id) !== null,
  add: (id) => sessionStorage.setItem(id, "asked"),
};
// Where in a request the fields of the form go, as JSON pointers.
const FIELDS = {
  "/location": form.location,
  "/podcast_type": form.podcast_type,
  "/preferences/preferred_length": form.preferred_length,
  "/preferences/topic": form.topic,
  "/preferences/interests": form.interests,
};
let lastRequest = null;

form.podcast_type.addEventListener("change", showFields);
form.addEventListener("submit", (event) => {
  event.preventDefault();
  once(submit, ask);
});
form.addEventListener("input", (event) => unmark(event.target));
noticeBox.querySelector("button").addEventListener("click", () => { noticeBox.hidden = true; });
window.addEventListener("hashchange", () => route());
showFields();
start();

// A server that is just starting is waited for: the page may be opened first.
async function start() {
  try {
    // In the order of a job's life, so that one that moves on meanwhile is in a later list.
    for (const status of ["pending", "processing", "failed"]) await resume(status);
    await refresh();
    showConnected(true);
    await route();
  } catch (error) {
    showConnected(error instanceof Problem);
    pause().then(start);
  }
}

async function resume(status) {
  const page = await list({ status, limit: 100 });
  page.podcasts.reverse().forEach((podcast) => follow(podcast, whenMoved));
}

async function ask() {
  errorBox.replaceChildren();
  suggestionBox.replaceChildren();
  Object.values(FIELDS).forEach(unmark);
  try {
    const request = read();
    const job = await generate(request, keyFor(request));
    askedHere.add(job.job_id);
    follow({ id: job.job_id, location: request.location }, whenMoved);
    lastRequest = null;
    announce(`Making an episode about ${request.location}.`);
    form.location.value = "";
  } catch (error) {
    showError(error);
  }
}

// The same request gets the same key until it is accepted, so that trying again makes no second job.
function keyFor(request) {
  const text = JSON.stringify(request);
  if (lastRequest?.text !== text) {
    // Not randomUUID: browsers keep that from pages over plain HTTP.
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    lastRequest = { text, key: [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("") };
  }
  return lastRequest.key;
}

function read() {
  const preferences = { preferred_length: form.preferred_length.value };
  if (form.podcast_type.value === "topic") preferences.topic = form.topic.value;
  if (form.podcast_type.value === "personalized") {
    preferences.interests = form.interests.value.split(",").map((word) => word.trim()).filter(Boolean);
  }
  return { location: form.location.value, podcast_type: form.podcast_type.value, preferences };
}

function showError(error) {
  const errors = error.errors ?? [];
  errorBox.textContent = errors.length > 0 ? errors.map(sentence).join(" ") : error.message;
  const wrong = error.isUnknownPlace ? [form.location] : errors.map(fieldOf).filter(Boolean);
  wrong.forEach(mark);
  wrong[0]?.focus();
  const places = (error.suggestions ?? []).map((place) => ({ field: form.location, value: place }));
  const others = errors.flatMap((wrong) => (wrong.suggestions ?? []).map((value) => ({ field: fieldOf(wrong), value })));
  suggestionBox.append(...[...places, ...others].filter(({ field }) => field).map(suggest));
}

// One click asks again with a value that fits, and all else as it is.
function suggest({ field, value }) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "quiet small";
  button.textContent = nameOf(field, value);
  button.addEventListener("click", () => {
    choose(field, value);
    // The suggestions go away, and the focus with them.
    submit.focus();
    once(submit, ask);
  });
  return button;
}

// A list that does not have the value yet gets it.
function choose(field, value) {
  if (field instanceof HTMLSelectElement && !optionOf(field, value)) field.append(new Option(nameOf(field, value), value));
  field.value = value;
}

const optionOf = (field, value) => [...field.options].find((option) => option.value === value);

// As the list calls it, or would.
function nameOf(field, value) {
  if (!(field instanceof HTMLSelectElement)) return value;
  return optionOf(field, value)?.textContent ?? value[0].toUpperCase() + value.slice(1);
}

// A pointer may lead into a field, such as to the third of the interests.
function fieldOf({ pointer = "" }) {
  const known = Object.keys(FIELDS).find((start) => pointer === start || pointer.startsWith(`${start}/`));
  return FIELDS[known];
}

// Calls the field by its label, as people know it.
function sentence(error) {
  const name = fieldOf(error)?.labels[0].firstChild.textContent.trim() ?? "The request";
  return `${name} ${error.detail}.`;
}

function mark(field) {
  field.setAttribute("aria-invalid", "true");
  field.setAttribute("aria-describedby", errorBox.id);
}

function unmark(field) {
  field.removeAttribute("aria-invalid");
  field.removeAttribute("aria-describedby");
}

// Opens an episode that was asked for here, unless someone is listening to another or typing.
async function whenMoved(podcast, status) {
  const { id } = podcast;
  if (status === "completed") await refresh().catch(() => {});
  if (hashId() === id) return route();
  if (status !== "completed") return;
  if (episode.isOpen() || isTyping()) return notify(podcast);
  if (askedHere.has(id)) location.hash = `#/podcast/${id}`;
}

// Says in sight that an episode is ready; those who cannot see are told by the announcer.
function notify(podcast) {
  noticeBox.querySelector("p").textContent = `The episode about ${placeOf(podcast)} is ready.`;
  noticeBox.querySelector("a").href = `#/podcast/${podcast.id}`;
  noticeBox.hidden = false;
}

const isTyping = () => document.activeElement === form.location && form.location.value !== "";
const hashId = () => location.hash.match(/^#\/podcast\/([0-9a-f-]+)$/)?.[1];

async function route() {
  // The skip link and the like: not a way to another view.
  if (!location.hash.startsWith("#/") && location.hash !== "") return;
  const id = hashId();
  noticeBox.hidden = true;
  if (!id) return episode.close();
  await episode.open(id, () => !isTyping(), (again) => {
    location.hash = "#/";
    document.querySelector("#library-title").focus();
    refresh().catch(() => {});
    if (again) {
      askedHere.add(again.id);
      follow(again, whenMoved);
    }
  });
}

function showFields() {
  document.querySelector("#topic-field").hidden = form.podcast_type.value !== "topic";
  document.querySelector("#interests-field").hidden = form.podcast_type.value !== "personalized";
}
