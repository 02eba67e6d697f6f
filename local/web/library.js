// The library: cards of finished episodes, newest first, a page at a time.

import { list } from "./api.js";
import { contours } from "./contours.js";
import { once } from "./patience.js";
import { announce, clock, day, escape, placeOf, typedFor } from "./text.js";

const cards = document.querySelector("#cards");
const count = document.querySelector("#library-count");
const empty = document.querySelector("#library-empty");
const more = document.querySelector("#more");
let next = null;

/** Shows the first page again. */
export async function refresh() {
  const page = await list({ status: "completed" });
  cards.replaceChildren();
  append(page);
}

more.addEventListener("click", () => once(more, async () => {
  const seen = cards.children.length;
  try {
    append(await list({ status: "completed", cursor: next }));
    // Reading goes on at the first of the new ones; the button may be gone.
    cards.children[seen]?.querySelector("a").focus();
  } catch (error) {
    announce(error.message);
  }
}));

function append(page) {
  cards.append(...page.podcasts.map(card));
  next = page.next_cursor;
  more.hidden = !next;
  empty.hidden = page.total > 0;
  count.textContent = page.total === 0 ? "" : page.total === 1 ? "1 episode" : `${page.total} episodes`;
}

function card(podcast) {
  const item = document.createElement("li");
  item.className = "card";
  item.innerHTML = `${contours(placeOf(podcast))}
    <div><h3><a href="#/podcast/${podcast.id}">${escape(podcast.title ?? placeOf(podcast))}</a></h3>
    <p>${escape(placeOf(podcast))} ${typedFor(podcast)}</p>
    <p>${clock(podcast.duration_seconds ?? 0)} · ${day(podcast.created_at)}</p></div>`;
  return item;
}
