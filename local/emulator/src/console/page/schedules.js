// The schedules: when each runs next, and a way not to wait for it.

import * as api from "./api.js";
import { about, announce, button, element, keyed, setText, span } from "./dom.js";

const list = document.querySelector("#schedules");
const section = document.querySelector("#schedule-section");

/** Shows the schedules as they are at `now_ms`. */
export function show(schedules, now_ms) {
  section.hidden = schedules.length === 0;
  keyed(list, schedules, (schedule) => schedule.name, makeCard, (card, schedule) => {
    const next = schedule.next_ms === null ? "off" : `next in ${about(schedule.next_ms - now_ms)}`;
    const times = schedule.every_ms ? `every ${span(schedule.every_ms)}` : schedule.timing;
    setText(card.querySelector(".next"), `${times}, ${next}`);
  });
}

function makeCard({ name, function: target }) {
  const run = async () => {
    await api.runSchedule(name);
    announce(`${name} runs.`);
  };
  return element("li", { className: "card" },
    element("div", { className: "card-head" },
      element("span", { className: "name", textContent: name }),
      element("span", { className: "soft", textContent: `→ ${target}` })),
    element("div", { className: "tools" },
      element("span", { className: "next soft" }),
      button("Run now", run, { "aria-label": `Run ${name} now` })));
}
