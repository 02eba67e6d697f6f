// The list of invocations: live, filtered, and never longer than a browser likes.

import * as api from "./api.js";
import { about, attempt, clockTime, element, keyed, offer, setText, span } from "./dom.js";

const MOST_ROWS = 100;
const PAGE = 100;
const MOST_PACE_MS = 1000;
const form = document.querySelector("#filter");
const list = document.querySelector("#rows");
const pause = document.querySelector("#pause");
const older = document.querySelector("#older");
const none = document.querySelector("#none");
const MARKS = { running: "◌", ok: "●", failed: "✕" };

/** By number; what the list shows is made from it. */
let known = new Map();
let isPaused = false;
let isDue = false;
let atMost = MOST_ROWS;
/** The time between two drawings, in milliseconds. */
let pace_ms = 0;
/** The row that Tab stops at: that with the focus, else the newest. The arrow keys lead to the others. */
let stop = null;
/** The number whose row gets the focus as soon as it is drawn. */
let awaited = null;
let open = () => {};
/** What the list learns it learns in turn: news that comes while a page is on its way is newer. */
let turn = Promise.resolve();

function inTurn(act) {
  const done = turn.then(act);
  turn = done.catch(() => {});
  return done;
}

/** Wires the list; `show(number)` is called for the invocation somebody chose. */
export function start(show) {
  open = show;
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("change", () => load());
  form.elements.text.addEventListener("input", draw);
  pause.addEventListener("click", () => setPaused(!isPaused));
  older.addEventListener("click", () => attempt(() => inTurn(loadOlder), older));
  list.addEventListener("click", (event) => {
    const row = event.target.closest("button");
    if (row) open(Number(row.parentElement.dataset.key));
  });
  list.addEventListener("keydown", moveFocus);
  list.addEventListener("focusin", (event) => stopAt(event.target));
  document.addEventListener("visibilitychange", () => isPaused || draw());
}

/** Takes the names for the filter. */
export const setFunctions = (names) => offer(form.elements.function, names);

/** Shows the invocations of one function alone. */
export function only(name) {
  form.elements.function.value = name;
  load();
}

/** Shows the invocations alone that a text is found in. */
export function search(text) {
  form.reset();
  form.elements.text.value = text;
  load();
}

/** Takes the focus to the list. */
export const focus = () => (list.querySelector("[tabindex='0']") ?? form.elements.text).focus();

/** Loads the list anew, at the beginning and after a connection was lost. */
export const load = () => attempt(() => inTurn(async () => {
  const page = await api.invocations({ ...wanted(), limit: PAGE });
  atMost = MOST_ROWS;
  known = new Map(page.invocations.map((entry) => [entry.number, entry]));
  older.hidden = page.next === null;
  draw();
}));

async function loadOlder() {
  const before = Math.min(...known.keys());
  const page = await api.invocations({ ...wanted(), limit: PAGE, before });
  for (const entry of page.invocations) known.set(entry.number, entry);
  atMost += page.invocations.length;
  older.hidden = page.next === null;
  // Reading goes on at the first of the new ones; the button may be gone.
  awaited = page.invocations[0]?.number ?? null;
  draw();
}

/** Takes news from the stream. */
export const take = (entries) => inTurn(() => {
  for (const entry of entries) known.set(entry.number, entry);
  forgetOldest();
  if (!isPaused) draw();
});

const wanted = () => ({ function: form.elements.function.value, outcome: form.elements.outcome.value });

// Somebody who has asked for older ones keeps them; else the map stays as small as the list needs.
function forgetOldest() {
  if (known.size <= atMost * 4) return;
  const newest = [...known.keys()].sort((a, b) => b - a).slice(0, atMost * 2);
  known = new Map(newest.map((number) => [number, known.get(number)]));
}

// However much news comes, the list takes a fifth of the browser's time at most, and none while nobody sees it.
function draw() {
  if (isDue || document.hidden) return;
  isDue = true;
  setTimeout(() => requestAnimationFrame((begin) => {
    isDue = false;
    const entries = [...known.values()].filter(isShown).sort((a, b) => b.number - a.number).slice(0, atMost);
    none.hidden = entries.length > 0;
    setText(none, known.size ? "Nothing fits the filter." : "Nothing has run yet. Send a request, or an event from here.");
    keyed(list, entries, (entry) => entry.number, makeRow, updateRow);
    if (!list.contains(document.activeElement)) stopAt(list.querySelector("button"));
    if (awaited !== null) focusOn(awaited);
    // The next frame comes when this one is laid out and painted.
    requestAnimationFrame((end) => { pace_ms = Math.min(4 * (end - begin), MOST_PACE_MS); });
  }), pace_ms);
}

function isShown(entry) {
  const { function: name, outcome } = wanted();
  const text = form.elements.text.value.trim().toLowerCase();
  if (name && entry.function !== name) return false;
  if (outcome && entry.outcome !== outcome) return false;
  return !text || `${entry.function} ${originText(entry.origin)} ${entry.request_id}`.toLowerCase().includes(text);
}

function makeRow() {
  const parts = ["time", "mark", "name", "origin", "cold", "result", "took"];
  return element("li", {}, element("button", { type: "button", tabIndex: -1 }, ...parts.map((name) => element("span", { className: name }))));
}

function updateRow(row, entry) {
  // What has ended does not change any more; after a restart a number means another.
  const version = `${entry.asked_at_ms} ${entry.outcome}`;
  if (row.dataset.version === version) return;
  const [time, mark, name, origin, cold, result, took] = row.firstChild.children;
  row.dataset.version = version;
  row.dataset.tone = tone(entry);
  setText(time, clockTime(entry.asked_at_ms));
  setText(mark, MARKS[entry.outcome]);
  mark.ariaHidden = "true";
  setText(name, entry.function);
  setText(origin, originText(entry.origin));
  setText(result, resultText(entry));
  setText(cold, entry.init_ms ? `cold ${span(entry.init_ms)}` : "");
  setText(took, entry.took_ms === undefined ? "" : span(entry.duration_ms ?? entry.took_ms));
}

/** Shows how long those take that run. */
export function tick() {
  for (const row of list.querySelectorAll("[data-tone=running]")) {
    const { asked_at_ms } = known.get(Number(row.dataset.key)) ?? {};
    if (asked_at_ms) setText(row.querySelector(".took"), about(Date.now() - asked_at_ms));
  }
}

/** Who asked, in a few words. */
export function originText(origin) {
  switch (origin.kind) {
    case "http_api": return `${origin.method} ${origin.path}`;
    case "function_url": return `${origin.method} ${origin.path} (URL)`;
    case "asynchronous": return origin.attempt > 1 ? `event, attempt ${origin.attempt}` : "event";
    case "queue": return `queue ${origin.name}`;
    case "schedule": return `schedule ${origin.name}`;
    case "console": return "console";
    default: return "invoke";
  }
}

/** What came of it, in a few words. */
export const resultText = (entry) =>
  entry.outcome === "running" ? "running" : entry.error_type ?? (entry.status ? String(entry.status) : "ok");

/** The colour of an outcome: an HTTP error of the function's own is in between. */
export function tone(entry) {
  if (entry.outcome !== "ok") return entry.outcome;
  if (entry.status >= 500) return "failed";
  return entry.status >= 400 ? "refused" : "ok";
}

function setPaused(value) {
  isPaused = value;
  pause.setAttribute("aria-pressed", String(value));
  if (!isPaused) draw();
}

export const togglePaused = () => setPaused(!isPaused);

// The filter may leave a row out that was loaded.
function focusOn(number) {
  const row = list.querySelector(`[data-key="${number}"]`) ?? list.lastElementChild;
  (row?.firstChild ?? form.elements.text).focus();
  awaited = null;
}

function stopAt(row) {
  if (stop) stop.tabIndex = -1;
  stop = row;
  if (stop) stop.tabIndex = 0;
}

function moveFocus(event) {
  const { nextElementSibling: below, previousElementSibling: above } = event.target.closest("li");
  const next = { ArrowDown: below, ArrowUp: above, Home: list.firstElementChild, End: list.lastElementChild }[event.key];
  if (!next) return;
  event.preventDefault();
  next.firstChild.focus();
}
