// Wires the page together: the stream in, the lists, the drawers and the keys.

import * as api from "./api.js";
import * as detail from "./detail.js";
import { attempt, announce, setText, span } from "./dom.js";
import * as functions from "./functions.js";
import * as invocations from "./invocations.js";
import * as queues from "./queues.js";
import * as schedules from "./schedules.js";
import * as sender from "./sender.js";

const connection = document.querySelector("#connection");
const clock = document.querySelector("#clock");
const disk = document.querySelector("#disk");
const build = document.querySelector("#build");
const activity = document.querySelector("#activity");
const rate = document.querySelector("#rate");
const SECONDS = 60;

/** How far the clock of queues and schedules was moved. */
let ahead_ms = 0;
let state = null;
/** Invocations asked for and failed in each of the last seconds. */
const seconds = Array.from({ length: SECONDS }, () => ({ asked: 0, failed: 0 }));
let last = 0;

invocations.start(detail.show);
detail.start(sender.open);
sender.start(detail.show);
functions.start({ send: (name) => sender.open(name), only: invocations.only });
api.follow({ onInvocations, onState, onConnected });
setInterval(tick, 1000);

document.querySelector("#send").addEventListener("click", () => sender.open());
// The browser gives the focus back to what opened a drawer, unless that has gone meanwhile.
for (const drawer of document.querySelectorAll("dialog")) {
  drawer.addEventListener("close", () => {
    const focused = document.activeElement;
    if (focused === document.body || drawer.contains(focused)) invocations.focus();
  });
}
disk.addEventListener("change", () => attempt(() => api.setDisk(disk.checked)));
for (const step of document.querySelectorAll("[data-advance]")) {
  step.addEventListener("click", () => attempt(async () => {
    await api.advanceClock(Number(step.dataset.advance));
    announce("The clock was moved.");
  }, step));
}
document.addEventListener("keydown", (event) => {
  if (event.target.matches("input, textarea, select") || document.querySelector("dialog[open]")) return;
  if (event.key === "/") document.querySelector("#filter").elements.text.focus();
  else if (event.key === "p") invocations.togglePaused();
  else if (event.key === "s") sender.open();
  else return;
  event.preventDefault();
});
if (/^#\d+$/.test(location.hash)) detail.show(Number(location.hash.slice(1)));

// Numbers count up by one, so they tell of those as well that a batch leaves out.
function onInvocations(entries) {
  const newest = entries.at(-1).number;
  const now = seconds[SECONDS - 1];
  last ||= Math.max(newest - entries.length, 0);
  now.asked += Math.max(newest - last, 0);
  now.failed += entries.filter((entry) => entry.outcome === "failed").length;
  last = Math.max(last, newest);
  invocations.take(entries);
}

function onState(news) {
  state = news;
  ahead_ms = news.ahead_ms;
  const names = news.functions.map((fn) => fn.name);
  invocations.setFunctions(names);
  sender.setFunctions(names);
  queues.show(news.queues);
  disk.checked = news.disk_is_full;
  showBuild(news.build);
  showTimes();
}

// What was missed while nobody listened is in the list; an emulator that is new counts from 1.
function onConnected(isConnected) {
  connection.dataset.connected = String(isConnected);
  setText(connection, isConnected ? "Live" : "The emulator does not answer. Trying again…");
  if (!isConnected) return;
  last = 0;
  invocations.load();
}

function tick() {
  showTimes();
  invocations.tick();
  showActivity();
  seconds.push({ asked: 0, failed: 0 });
  seconds.shift();
}

function showBuild({ is_running, error }) {
  build.hidden = !is_running && !error;
  build.classList.toggle("calm", is_running);
  if (is_running) setText(build, "Building; the old code goes on.");
  else setText(build, error ? `The build failed; the old code goes on.\n\n${error}` : "");
}

function showTimes() {
  if (!state || document.hidden) return;
  const now_ms = Date.now() + ahead_ms;
  functions.show(state.functions, state.disk_is_full);
  schedules.show(state.schedules, now_ms);
  const moved = ahead_ms ? ` (moved by ${span(ahead_ms)})` : "";
  setText(clock, new Date(now_ms).toLocaleString([], { dateStyle: "medium", timeStyle: "medium" }) + moved);
}

// One bar a second; the part that failed is at its foot.
function showActivity() {
  if (document.hidden) return;
  const most = Math.max(4, ...seconds.map(({ asked }) => asked));
  const bars = seconds.map(({ asked, failed }, index) => {
    const height = (30 * asked) / most;
    const red = Math.min((30 * failed) / most, height);
    const bar = (y, tall, kind) => (tall > 0 ? `<rect x="${index * 4}" y="${y}" width="3" height="${tall}" class="${kind}"/>` : "");
    return bar(31 - height, height, "asked") + bar(31 - red, red, "failed");
  });
  activity.innerHTML = bars.join("");
  setText(rate, String(seconds[SECONDS - 1].asked));
}
