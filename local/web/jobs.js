// Episodes in the making: one line each, polled until it is finished.

import { Problem, detail, regenerate, remove, status } from "./api.js";
import { announce, placeOf, showConnected, typedFor } from "./text.js";

const POLL_MS = 1000;
const section = document.querySelector("#making");
const listing = document.querySelector("#jobs");
const followed = new Map();

/**
 * Follows a podcast until it is completed. `whenMoved(podcast, status)` is called when it is completed, failed,
 * deleted or pending again. Safe to call twice.
 */
export function follow(podcast, whenMoved) {
  if (followed.has(podcast.id)) return;
  const item = document.createElement("li");
  item.innerHTML = `
    <div class="job-head"><span class="job-place"></span><span class="percent">0 %</span></div>
    <progress max="100" value="0"></progress>
    <div class="job-foot"><p class="job-message">Waiting for a free worker</p>
    <button type="button" class="quiet small">Cancel</button></div>`;
  listing.prepend(item);
  section.hidden = false;
  const job = { id: podcast.id, podcast, item, whenMoved, etag: null, timer: null };
  item.querySelector("button").addEventListener("click", () => cancel(job));
  followed.set(job.id, job);
  name(job);
  poll(job);
}

// Which place was understood is not in the answer that accepts a job: the podcast knows.
async function name(job) {
  if (!job.podcast.place) {
    showPlace(job);
    job.podcast = await detail(job.id).catch(() => job.podcast);
  }
  showPlace(job);
}

function showPlace(job) {
  const { podcast, item } = job;
  label(job);
  item.querySelector("progress").setAttribute("aria-label", `Episode about ${placeOf(podcast)}`);
  const place = item.querySelector(".job-place");
  place.textContent = `${placeOf(podcast)} `;
  place.insertAdjacentHTML("beforeend", typedFor(podcast));
}

// Each button says which job it is about: there may be many of the same name.
function label({ podcast, item }) {
  for (const button of item.querySelectorAll("button")) button.ariaLabel = `${button.textContent}: ${placeOf(podcast)}`;
}

async function poll(job) {
  try {
    const state = await status(job.id, job.etag);
    showConnected(true);
    if (!followed.has(job.id)) return;
    if (state) show(job, state);
    if (state?.status === "completed") return finish(job);
    if (state?.status === "failed") return;
  } catch (error) {
    if (error instanceof Problem && error.status === 404) return drop(job);
    showConnected(false);
  }
  job.timer = setTimeout(() => poll(job), POLL_MS);
}

function show(job, state) {
  job.etag = state.etag;
  job.item.querySelector("progress").value = state.progress;
  job.item.querySelector(".percent").textContent = `${state.progress} %`;
  job.item.querySelector(".job-message").textContent = state.message;
  if (state.status === "failed") showFailure(job);
}

function showFailure(job) {
  job.item.classList.add("failed");
  job.item.querySelector("progress").hidden = true;
  job.item.querySelector(".percent").textContent = "Failed";
  const foot = job.item.querySelector(".job-foot");
  const wasFocused = foot.contains(document.activeElement);
  foot.querySelectorAll("button").forEach((button) => button.remove());
  const again = document.createElement("button");
  again.type = "button";
  again.className = "small";
  again.textContent = "Try again";
  again.addEventListener("click", () => attempt(job, async () => {
    await regenerate(job.id);
    drop(job);
    follow(job.podcast, job.whenMoved);
    focusOn(followed.get(job.id).item);
    job.whenMoved(job.podcast, "pending");
  }));
  const dismiss = document.createElement("button");
  dismiss.type = "button";
  dismiss.className = "quiet small";
  dismiss.textContent = "Delete";
  dismiss.addEventListener("click", () => cancel(job));
  foot.append(again, dismiss);
  label(job);
  if (wasFocused) focusOn(job.item);
  announce(`The episode about ${placeOf(job.podcast)} failed.`);
  job.whenMoved(job.podcast, "failed");
}

function finish(job) {
  drop(job);
  announce(`The episode about ${placeOf(job.podcast)} is ready.`);
  job.whenMoved(job.podcast, "completed");
}

function cancel(job) {
  return attempt(job, async () => {
    await remove(job.id).catch((error) => { if (error.status !== 404) throw error; });
    drop(job);
    announce(`The episode about ${placeOf(job.podcast)} will not be made.`);
    job.whenMoved(job.podcast, "deleted");
  });
}

// What a button could not do is said where the job is.
async function attempt(job, work) {
  try {
    await work();
  } catch (error) {
    job.item.querySelector(".job-message").textContent = error.message;
    announce(error.message);
  }
}

function drop(job) {
  clearTimeout(job.timer);
  followed.delete(job.id);
  const { item } = job;
  const wasFocused = item.contains(document.activeElement);
  const neighbor = item.nextElementSibling ?? item.previousElementSibling;
  item.remove();
  section.hidden = followed.size === 0;
  if (wasFocused) focusOn(neighbor);
}

// The focus goes to the first button of a job, or to the library when there is none.
const focusOn = (item) => (item?.querySelector("button") ?? document.querySelector("#library-title")).focus();
