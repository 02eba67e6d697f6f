// The functions: what their environments are doing, and what can be done to them.

import * as api from "./api.js";
import { about, announce, attempt, button, element, keyed, setText, span } from "./dom.js";

const list = document.querySelector("#functions");
const banner = document.querySelector("#faults");
let choose = { send: () => {}, only: () => {} };

/** Wires the cards: `send(name)` opens the sender, `only(name)` filters the list. */
export function start(actions) {
  choose = actions;
}

/** Shows the functions as they are now. */
export function show(functions, diskIsFull) {
  keyed(list, functions, (fn) => fn.name, makeCard, updateCard);
  showFaults(functions, diskIsFull);
}

function makeCard({ name }) {
  const card = element("li", { className: "card function" },
    element("div", { className: "card-head" },
      button(name, () => choose.only(name), { className: "name", title: `Show the invocations of ${name} alone` }),
      element("span", { className: "counts" })),
    element("ul", { className: "environments", "aria-label": `Environments of ${name}` }),
    element("div", { className: "tools" },
      button("Send", () => choose.send(name), { "aria-label": `Send an event to ${name}` }),
      breaking(name),
      element("span", { className: "limits soft", title: "Timeout, memory, and how many may run at a time" })));
  return card;
}

// Everything that makes a function fail, behind one word.
function breaking(name) {
  const form = element("form", { className: "folded", "aria-label": `Faults of ${name}` },
    element("label", {}, "Slower by ", element("input", { name: "latency", type: "number", min: 0, max: 900000, value: 0 }), " ms"),
    element("label", {}, "Fail the next ", element("input", { name: "failures", type: "number", min: 0, max: 100000, value: 0 }), " calls"),
    element("label", { className: "switch" }, element("input", { name: "paused", type: "checkbox" }), " Throttle every call"),
    element("div", { className: "tools" },
      element("button", { type: "submit", textContent: "Apply" }),
      button("Heal", () => apply(name, form, true)),
      button("Kill its processes", () => kill(name), { className: "danger" })));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    attempt(() => apply(name, form, false), event.submitter);
  });
  const summary = element("summary", { textContent: "Break it", "aria-label": `Break ${name}` });
  return element("details", {}, summary, form);
}

async function apply(name, form, heals) {
  const { latency, failures, paused } = form.elements;
  if (heals) form.reset();
  const faults = { latency_ms: Number(latency.value), failures: Number(failures.value), is_paused: paused.checked };
  await api.setFaults(name, faults);
  announce(heals ? `${name} is well again.` : `The faults of ${name} are in force.`);
}

async function kill(name, process) {
  const { killed } = await api.kill(name, process);
  announce(killed === 1 ? `One process of ${name} was killed.` : `${killed} processes of ${name} were killed.`);
}

function updateCard(card, fn) {
  const [head, environments] = card.children;
  setText(head.lastChild, countsText(fn));
  setText(card.querySelector(".limits"), limitsText(fn));
  card.dataset.broken = String(faultText(fn) !== "");
  showInForm(card.querySelector("details"), fn.faults);
  keyed(environments, fn.environments, (environment) => environment.process,
    (environment) => makeEnvironment(fn.name, environment), updateEnvironment);
}

// Not while somebody types.
function showInForm(details, faults) {
  if (details.open) return;
  const { latency, failures, paused } = details.querySelector("form").elements;
  latency.value = faults.latency_ms;
  failures.value = faults.failures;
  paused.checked = faults.is_paused;
}

function countsText({ environments, waiting }) {
  const count = (state) => environments.filter((environment) => environment.state === state).length;
  const parts = [["busy", count("busy")], ["idle", count("idle")], ["starting", count("starting")], ["waiting", waiting]];
  return parts.filter(([, n]) => n > 0).map(([name, n]) => `${n} ${name}`).join(" · ") || "asleep";
}

function limitsText({ timeout_ms, memory_mb, reserved_concurrency }) {
  const parts = [`${timeout_ms / 1000} s`, `${memory_mb} MB`];
  if (reserved_concurrency !== null) parts.push(`${reserved_concurrency} at a time`);
  return parts.join(" · ");
}

function makeEnvironment(name, { process, is_attached }) {
  const chip = element("li", {}, element("span", { className: "dot", "aria-hidden": "true" }), element("span", {}));
  // What somebody else has started is theirs to end.
  if (!is_attached) chip.append(
    button("×", () => kill(name, process), { className: "kill", "aria-label": `Kill process ${process}`, title: `Kill process ${process}` }));
  return chip;
}

function updateEnvironment(chip, { process, is_attached, state, started_at_ms, memory_mb }) {
  chip.dataset.state = state;
  chip.title = `${state}, up for ${about(Date.now() - started_at_ms)}`;
  const words = [process || "", is_attached ? "attached" : "", state === "idle" ? "" : state, `${memory_mb} MB`];
  setText(chip.children[1], words.filter(Boolean).join(" "));
}

function faultText({ faults }) {
  const parts = [];
  if (faults.is_paused) parts.push("throttled");
  if (faults.latency_ms) parts.push(`${span(faults.latency_ms)} slower`);
  if (faults.failures) parts.push(`failing ${faults.failures === 1 ? "once more" : `${faults.failures} times more`}`);
  return parts.join(", ");
}

// A fault somebody has forgotten is a long search: it stays in sight.
function showFaults(functions, diskIsFull) {
  const broken = functions.filter((fn) => faultText(fn) !== "").map((fn) => `${fn.name} is ${faultText(fn)}`);
  if (diskIsFull) broken.push("the disk is full");
  banner.hidden = broken.length === 0;
  setText(banner, broken.length ? `Broken on purpose: ${broken.join("; ")}.` : "");
}
