// The queues: how many messages wait, which they are, and what can be done about them.

import * as api from "./api.js";
import { announce, attempt, button, clockTime, element, keyed, pretty, setText } from "./dom.js";

const list = document.querySelector("#queues");
const section = document.querySelector("#queue-section");

/** Shows the queues as they are now. */
export function show(queues) {
  section.hidden = queues.length === 0;
  keyed(list, queues, (queue) => queue.name, makeCard, updateCard);
}

function makeCard(queue) {
  const { name } = queue;
  const messages = element("ul", { className: "messages" });
  const details = element("details", { className: "kept" }, element("summary", { textContent: "Messages", "aria-label": `Messages of ${name}` }), messages);
  details.addEventListener("toggle", () => details.open && load(name, messages));
  const card = element("li", { className: "card queue" },
    element("div", { className: "card-head" },
      element("span", { className: "name", textContent: name }),
      element("span", { className: "soft", textContent: role(queue) })),
    element("dl", { className: "counts" },
      ...["ready", "in flight", "delayed"].map((state) => element("div", {}, element("dt", { textContent: state }), element("dd", {})))),
    details,
    element("div", { className: "tools" }, ...tools(queue, () => load(name, messages))));
  return card;
}

function role({ function: name, is_dead_letter_queue, dead_letter_queue }) {
  if (is_dead_letter_queue) return "dead letters";
  return [name && `→ ${name}`, dead_letter_queue && `dead letters → ${dead_letter_queue}`].filter(Boolean).join(", ");
}

function tools({ name, is_dead_letter_queue }, reload) {
  const purge = button("Purge", async () => {
    if (!confirm(`Delete every message of ${name}?`)) return;
    await api.onQueue(name, "purge");
    announce(`${name} is empty.`);
    reload();
  }, { className: "danger", "aria-label": `Purge ${name}` });
  const redrive = button("Redrive", async () => {
    await api.onQueue(name, "redrive");
    announce(`The messages of ${name} go back where they came from.`);
  }, { "aria-label": `Redrive ${name}`, title: "Move the messages back to the queue they came from" });
  return is_dead_letter_queue ? [redrive, purge] : [sending(name), purge];
}

function sending(name) {
  const body = element("textarea", { rows: 5, spellcheck: false, value: "{}" });
  const form = element("form", { className: "folded" },
    element("label", { className: "area" }, `Message for ${name}`, body),
    element("div", { className: "tools" }, element("button", { type: "submit", textContent: "Send", "aria-label": `Send to ${name}` })));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    attempt(async () => {
      await api.onQueue(name, "send", body.value);
      announce(`${name} has the message.`);
    }, event.submitter);
  });
  return element("details", {}, element("summary", { textContent: "Send a message", "aria-label": `Send a message to ${name}` }), form);
}

function updateCard(card, queue) {
  const [ready, inFlight, delayed] = card.querySelectorAll("dd");
  const counts = queue.counts;
  const before = card.dataset.counts;
  card.dataset.counts = JSON.stringify(counts);
  setText(ready, counts ? String(counts.ready) : "?");
  setText(inFlight, counts ? String(counts.in_flight) : "?");
  setText(delayed, counts ? String(counts.delayed) : "?");
  card.dataset.alarm = String(queue.is_dead_letter_queue && counts?.ready > 0);
  const details = card.querySelector(".kept");
  if (details.open && before !== card.dataset.counts) load(queue.name, details.querySelector("ul"));
}

const load = (name, shown) => attempt(async () => {
  const { messages, is_cut } = await api.messages(name);
  keyed(shown, messages, (message) => message.id + message.receive_count + message.state, makeMessage);
  const note = messages.length === 0 ? "None." : is_cut ? `The first ${messages.length}.` : "";
  if (note) shown.append(element("li", { className: "soft", textContent: note }));
});

function makeMessage(message) {
  const state = message.state.replace("_", " ");
  const until = message.state === "ready" ? "" : ` until ${clockTime(message.visible_at_ms)}`;
  const from = message.moved_from ? `, from ${message.moved_from}` : "";
  const received = ["never", "once"][message.receive_count] ?? `${message.receive_count} times`;
  const line = `${state}${until}, sent ${clockTime(message.sent_at_ms)}, ${received} received${from}`;
  return element("li", {},
    element("p", { className: "soft", textContent: line }),
    element("pre", { textContent: pretty(message.body), tabIndex: 0 }));
}
