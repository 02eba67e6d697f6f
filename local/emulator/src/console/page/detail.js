// One invocation whole, in a drawer: where its time went, its event, its answer and its log.

import * as api from "./api.js";
import { about, announce, attempt, button, clockTime, element, pretty, size, span } from "./dom.js";
import { originText, resultText, search, tone } from "./invocations.js";

const drawer = document.querySelector("#detail");
const POLL_MS = 500;
let number = null;
let drawn = null;
let timer = 0;
let edit = () => {};

/** Wires the drawer; `editEvent(function, event)` opens the sender. */
export function start(editEvent) {
  edit = editEvent;
  drawer.addEventListener("close", () => {
    clearTimeout(timer);
    number = null;
    drawn = null;
    if (location.hash) history.replaceState(null, "", location.pathname);
  });
  drawer.addEventListener("click", (event) => event.target === drawer && drawer.close());
}

/** Shows an invocation, and goes on looking until it has ended. */
export async function show(wanted) {
  number = wanted;
  clearTimeout(timer);
  // What is there stays until the other one is: with the button that was pressed for it, and its focus.
  if (!drawer.open) {
    drawer.replaceChildren(head(`Invocation ${wanted}`));
    drawer.showModal();
  }
  history.replaceState(null, "", `#${wanted}`);
  await attempt(refresh);
}

async function refresh() {
  const wanted = number;
  const entry = await api.invocation(wanted);
  if (number !== wanted) return;
  // What somebody has selected or scrolled stays while nothing but time goes on.
  const running = entry.outcome === "running" && drawn === wanted && drawer.querySelector(".running");
  if (running) running.replaceWith(timeline(entry));
  else draw(entry);
  if (entry.outcome === "running") timer = setTimeout(() => attempt(refresh), POLL_MS);
}

function draw(entry) {
  drawn = entry.number;
  const body = httpBody(entry.answer);
  const focused = drawer.contains(document.activeElement) ? document.activeElement.dataset.name : undefined;
  const parts = [
    head(entry.function, element("span", { className: "result", textContent: resultText(entry), "data-tone": tone(entry) })),
    element("div", { className: "tools" },
      button("Replay", async () => show((await api.replay(entry.number)).number), { className: "main", "data-name": "replay" }),
      button("Edit and send", () => edit(entry.function, pretty(entry.event)), { "data-name": "edit" }),
      entry.origin.kind === "asynchronous" ? attempts(entry) : null),
    timeline(entry),
    facts(entry),
    entry.error_message ? element("p", { className: "error", textContent: entry.error_message }) : null,
    block("Event", pretty(entry.event)),
    entry.answer === undefined ? null : block("Answer", pretty(entry.answer)),
    body === null ? null : block("Body of the answer", pretty(body)),
    entry.log ? block("Log", entry.log) : null,
  ];
  drawer.replaceChildren(...parts.filter((part) => part !== null));
  if (focused) drawer.querySelector(`[data-name="${focused}"]`)?.focus();
}

// An event that fails is tried again, under the same id.
function attempts({ request_id }) {
  return button("All attempts", () => {
    drawer.close();
    search(request_id);
  }, { "data-name": "attempts" });
}

function head(title, ...more) {
  const close = button("×", () => drawer.close(), { className: "close", "aria-label": "Close", "data-name": "close" });
  return element("div", { className: "drawer-head" }, element("h2", { id: "detail-title", textContent: title }), ...more, close);
}

// From left to right: waiting for an environment, its start, the run. What was refused at once has none of them.
function timeline(entry) {
  if (entry.took_ms === undefined) {
    return element("p", { className: "running soft", textContent: `It has been running for ${about(Date.now() - entry.asked_at_ms)}.` });
  }
  const run = entry.duration_ms ?? 0;
  const init = Math.min(entry.init_ms ?? 0, entry.took_ms - run);
  const waited = Math.max(entry.took_ms - run - init, 0);
  const parts = [["waited", waited], ["started", init], ["ran", run]].filter(([, ms]) => ms >= (entry.process ? 0.05 : 10));
  if (parts.length === 0) return null;
  const bar = element("div", { className: "bar", "aria-hidden": "true" }, ...parts.map(([name, ms]) => {
    const part = element("span", { className: name });
    part.style.flexGrow = String(ms);
    return part;
  }));
  const words = parts.map(([name, ms]) => element("span", { className: `key ${name}`, textContent: `${name} ${span(ms)}` }));
  return element("div", { className: "timeline" }, bar, element("p", {}, ...words));
}

function facts(entry) {
  const rows = [
    ["Asked by", originText(entry.origin)],
    ["At", clockTime(entry.asked_at_ms)],
    ["Request", entry.request_id],
    ["Process", entry.process ?? (entry.outcome === "running" ? "not known yet" : "none: it never ran")],
    ["Memory", entry.memory_used_mb ? `${entry.memory_used_mb} MB at most` : null],
    ["Sizes", `event ${size(entry.event_bytes)}${entry.answer_bytes === undefined ? "" : `, answer ${size(entry.answer_bytes)}`}`],
  ];
  const shown = rows.filter(([, value]) => value !== null);
  return element("dl", { className: "facts" }, ...shown.flatMap(([name, value]) =>
    [element("dt", { textContent: name }), element("dd", { textContent: String(value) })]));
}

function block(title, text) {
  const copy = button("Copy", async () => {
    await navigator.clipboard.writeText(text);
    announce(`${title} copied.`);
  }, { className: "quiet", "aria-label": `Copy: ${title}`, "data-name": `copy ${title}` });
  return element("section", { className: "block" },
    element("div", { className: "block-head" }, element("h3", { textContent: title }), copy),
    element("pre", { textContent: text || "(empty)", tabIndex: 0 }));
}

// The body of an HTTP answer is JSON within JSON, which nobody likes to read.
function httpBody(answer) {
  try {
    const { statusCode, body, isBase64Encoded } = JSON.parse(answer);
    return statusCode && typeof body === "string" && body && !isBase64Encoded ? body : null;
  } catch {
    return null;
  }
}
