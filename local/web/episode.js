// One episode: sound, chapters, transcript and sources, or why there are none yet.

import { Problem, Unreachable, detail, regenerate, remove } from "./api.js";
import { contours } from "./contours.js";
import { pause } from "./patience.js";
import { announce, clock, day, entitle, escape, fileName, placeOf, showConnected, typedFor } from "./text.js";

const article = document.querySelector("#episode");
// What was asked for last: a newer wish ends an older one.
let wish = null;
let isPlayable = false;

/** Whether a finished episode is open. */
export const isOpen = () => isPlayable;

/**
 * Opens an episode, or says how far it is; `whenChanged` is called after it was deleted or is made again.
 * The focus goes there only if `mayFocus()`: somebody may be typing elsewhere.
 */
export async function open(id, mayFocus, whenChanged) {
  if (wish?.id === id && isOpen()) return;
  const mine = { id };
  wish = mine;
  const podcast = await answerTo(mine);
  if (podcast === null) return;
  isPlayable = podcast.status === "completed";
  if (podcast instanceof Problem) {
    show(notice("Not here", "error", `${podcast.message} It may have been deleted.`));
  } else if (isPlayable) {
    show(markup(podcast));
    bind(podcast, whenChanged);
  } else if (podcast.status === "failed") {
    const reason = `This episode could not be made. ${podcast.error_message ?? ""}`;
    show(notice(placeOf(podcast), "error", reason, "Under “In the making” it can be tried again or deleted."));
  } else {
    show(notice(placeOf(podcast), "meta", "This episode is still being made. It opens here as soon as it is ready."));
  }
  if (!mayFocus()) return;
  article.querySelector("h2").focus({ preventScroll: true });
  article.scrollIntoView({ block: "start" });
}

// The podcast, or the problem with it that stays; null if something else was wished for meanwhile.
async function answerTo(mine) {
  for (let isFirst = true; wish === mine; isFirst = false) {
    const answer = await detail(mine.id).catch((error) => error);
    if (wish !== mine) break;
    showConnected(!(answer instanceof Unreachable));
    const isPassing = answer instanceof Unreachable || (answer instanceof Problem && answer.status >= 500);
    if (!isPassing) return answer;
    isPlayable = false;
    if (isFirst) show(notice("Cannot be opened now", "error", `${answer.message} Trying again…`));
    await pause();
  }
  return null;
}

function show(markup) {
  article.innerHTML = markup;
  article.hidden = false;
  entitle(article.querySelector("h2").textContent);
}

/** Closes whatever is open and stops its sound. */
export function close() {
  wish = null;
  hide();
}

function hide() {
  isPlayable = false;
  entitle("");
  article.hidden = true;
  article.replaceChildren();
}

// What stands where an episode would.
const notice = (title, kind, text, advice = "") => `
  <h2 id="episode-title" tabindex="-1">${escape(title)}</h2>
  <p class="${kind}">${escape(text)}</p>${advice && `<p class="meta">${escape(advice)}</p>`}<a href="#/">Close</a>`;

function markup(podcast) {
  const { chapters = [], transcript = [], facts = [], attributions = [], note } = podcast.podcast_metadata ?? {};
  return `
    <div class="episode-head">${contours(placeOf(podcast))}
      <div><h2 id="episode-title" tabindex="-1">${escape(podcast.title)}</h2>
        <p class="meta">${escape(placeOf(podcast))} · ${clock(podcast.duration_seconds)} · ${day(podcast.completed_at)} ${typedFor(podcast)}</p>
        <p>${escape(podcast.description)}</p>
        ${note ? `<p class="note">${escape(note)}</p>` : ""}
        <audio controls preload="metadata" aria-label="Episode" src="${escape(podcast.audio_url)}"></audio>
        <div class="tools"><a href="${escape(podcast.audio_url)}" download="${escape(fileName(podcast.title))}.mp3">Download MP3</a>
          <button type="button" class="quiet small" data-do="regenerate">Make it again</button>
          <button type="button" class="quiet small" data-do="remove">Delete</button>
          <a href="#/">Close</a></div>
        <p class="error episode-error" role="alert"></p></div></div>
    <div class="columns">
      <section><h3>Chapters</h3><ol class="chapters">${chapters.map(chapterMarkup).join("")}</ol></section>
      <section><h3>Transcript</h3><div class="transcript" role="region" aria-label="Transcript">${transcriptMarkup(chapters, transcript)}</div></section>
    </div>
    <details><summary>${facts.length} facts behind it</summary><ul>${facts.map(factMarkup).join("")}</ul></details>
    <details><summary>Sources and licences</summary><ul>${attributions.map(attributionMarkup).join("")}</ul></details>`;
}

const chapterMarkup = ({ title, start_ms }) =>
  `<li><button type="button" data-start="${start_ms}"><time>${clock(start_ms / 1000)}</time><span>${escape(title)}</span></button></li>`;

const SOURCES = {
  geo_names: "GeoNames", computed: "computed from GeoNames", natural_earth: "Natural Earth", koeppen: "Köppen-Geiger map",
  time_zones: "time-zone database", word_net: "WordNet", factbook: "World Factbook",
};

const factMarkup = ({ claim, source }) =>
  `<li>${escape(claim)} <small>(${escape(SOURCES[source] ?? source)})</small></li>`;

const attributionMarkup = (a) =>
  `<li>${escape(a.name)}: ${escape(a.licence)}${a.link ? ` — ${escape(a.link)}` : ""}</li>`;

function transcriptMarkup(chapters, transcript) {
  return transcript.map((turn, index) => {
    const isFirst = turn.chapter !== transcript[index - 1]?.chapter;
    return `${isFirst ? `<h4>${escape(chapters[turn.chapter]?.title)}</h4>` : ""}
      <button type="button" data-start="${turn.start_ms}" tabindex="${index === 0 ? 0 : -1}"><span class="host host-${escape(turn.host)}">${escape(turn.host)}</span>
      <span>${escape(turn.text)}</span></button>`;
  }).join("");
}

function bind(podcast, whenChanged) {
  const audio = article.querySelector("audio");
  article.querySelectorAll("[data-start]").forEach((button) =>
    button.addEventListener("click", () => {
      audio.currentTime = Number(button.dataset.start) / 1000;
      audio.play();
    }));
  rove(article.querySelector(".transcript"));
  audio.addEventListener("timeupdate", () => mark(audio.currentTime * 1000));
  audio.addEventListener("error", () => announce("The audio cannot be played."));
  const act = (name, work) => article.querySelector(`[data-do="${name}"]`).addEventListener("click", () =>
    work().catch((error) => { article.querySelector(".episode-error").textContent = error.message; }));
  act("remove", async () => {
    if (!confirm(`Delete “${podcast.title}”?`)) return;
    await remove(podcast.id);
    whenChanged(null);
  });
  act("regenerate", async () => {
    if (!confirm(`Make “${podcast.title}” again? This episode is deleted first; the new one takes some minutes.`)) return;
    await regenerate(podcast.id);
    whenChanged(podcast);
  });
}

// One line of the transcript is a tab stop; from there the arrow keys lead on, past hundreds of lines if need be.
function rove(transcript) {
  const lines = [...transcript.querySelectorAll("[data-start]")];
  const steps = { ArrowDown: 1, ArrowUp: -1, Home: -Infinity, End: Infinity };
  transcript.addEventListener("focusin", (event) => stopAt(lines, event.target.closest("[data-start]")));
  transcript.addEventListener("keydown", (event) => {
    const step = steps[event.key];
    if (!step) return;
    event.preventDefault();
    const next = lines.indexOf(document.activeElement) + step;
    lines[Math.min(Math.max(next, 0), lines.length - 1)].focus();
  });
  // Not :hover: after a touch that stays.
  transcript.addEventListener("pointerenter", () => transcript.classList.add("pointed-at"));
  transcript.addEventListener("pointerleave", () => transcript.classList.remove("pointed-at"));
}

const stopAt = (lines, stop) => lines.forEach((line) => { line.tabIndex = line === stop ? 0 : -1; });

// Somebody is reading there, or was led there by the keyboard. A click focuses a line too, and means to listen.
const isRead = (transcript) => transcript.matches(".pointed-at, :has(:focus-visible)");

// Marks the chapter and the line being spoken, and keeps the line in view.
function mark(time_ms) {
  for (const group of [".chapters", ".transcript"]) {
    const buttons = [...article.querySelectorAll(`${group} [data-start]`)];
    const current = buttons.findLast((button) => Number(button.dataset.start) <= time_ms);
    if (!current || current.getAttribute("aria-current") === "true") continue;
    buttons.forEach((button) => button.removeAttribute("aria-current"));
    current.setAttribute("aria-current", "true");
    const box = group === ".transcript" ? article.querySelector(group) : null;
    if (!box || isRead(box)) continue;
    stopAt(buttons, current);
    box.scrollTop = current.offsetTop - box.clientHeight / 3;
  }
}
