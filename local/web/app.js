// Wires the page together: the form, jobs in the making, the library and the open episode.

import { Problem, generate, list } from "./api.js";
import * as episode from "./episode.js";
import { follow } from "./jobs.js";
import { refresh } from "./library.js";
import { announce, escape, showConnected } from "./text.js";

const form = document.querySelector("#ask");
const errorBox = document.querySelector("#ask-error");
const RETRY_MS = 1500;

form.podcast_type.addEventListener("change", showFields);
form.addEventListener("submit", (event) => {
  event.preventDefault();
  ask();
});
window.addEventListener("hashchange", route);
showFields();
start();

// A server that is just starting is waited for: the page may be opened first.
async function start() {
  try {
    await Promise.all([refresh(), resume("processing"), resume("pending")]);
    showConnected(true);
    await route();
  } catch (error) {
    showConnected(error instanceof Problem);
    setTimeout(start, RETRY_MS);
  }
}

async function resume(status) {
  const page = await list({ status, limit: 100 });
  page.podcasts.reverse().forEach((podcast) => follow(podcast.id, podcast.location, whenDone));
}

async function ask() {
  const button = form.querySelector("button[type=submit]");
  errorBox.replaceChildren();
  button.disabled = true;
  try {
    const request = read();
    const job = await generate(request, crypto.randomUUID());
    follow(job.job_id, request.location, whenDone);
    announce(`Making an episode about ${request.location}.`);
    form.location.value = "";
  } catch (error) {
    showError(error);
  } finally {
    button.disabled = false;
  }
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
  errorBox.textContent = error.message;
  form.location.focus();
  if (!error.suggestions?.length) return;
  const box = document.createElement("div");
  box.className = "suggestions";
  for (const suggestion of error.suggestions) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "quiet small";
    button.innerHTML = escape(suggestion);
    button.addEventListener("click", () => {
      form.location.value = suggestion;
      ask();
    });
    box.append(button);
  }
  errorBox.append(box);
}

async function whenDone(id) {
  await refresh().catch(() => {});
  location.hash = `#/podcast/${id}`;
}

async function route() {
  const id = location.hash.match(/^#\/podcast\/([0-9a-f-]+)$/)?.[1];
  if (!id) return episode.close();
  await episode.open(id, (again) => {
    location.hash = "#/";
    refresh();
    if (again) follow(again.id, again.location, whenDone);
  });
}

function showFields() {
  document.querySelector("#topic-field").hidden = form.podcast_type.value !== "topic";
  document.querySelector("#interests-field").hidden = form.podcast_type.value !== "personalized";
}
