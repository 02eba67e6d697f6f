// Small pieces of text the page shows in more than one place.

/** Makes text safe to stand inside markup. */
export const escape = (text) =>
  String(text ?? "").replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);

/** Seconds as `6:04`. */
export function clock(seconds) {
  const whole = Math.floor(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

/** A date as the reader's language writes it. */
export const day = (time) => new Date(time).toLocaleDateString(undefined, { dateStyle: "medium" });

/** The place as it was understood: one of the many of its name. */
export const placeOf = (podcast) => podcast.place?.label ?? podcast.location;

/** What was typed for the place, as markup; nothing where all of that is said anyway. */
export function typedFor(podcast) {
  const said = partsOf(placeOf(podcast));
  const isSaid = partsOf(podcast.location).every((part) => said.includes(part));
  return isSaid ? "" : `<small class="typed">typed: ${escape(podcast.location)}</small>`;
}

const partsOf = (text) => text.toLowerCase().split(",").map((part) => part.trim());

/** Calls the tab by what is open in it. */
export const entitle = (title) => { document.title = title ? `${title} · Wherecast` : "Wherecast"; };

/** A title as a name that any file system takes. */
export const fileName = (title) => title.replace(/[\\/:*?"<>|]+/g, " ").replace(/\s+/g, " ").trim();

const announcer = document.querySelector("#announcer");

/** Tells people who listen to the page instead of looking at it. */
export const announce = (text) => { announcer.textContent = text; };

const connection = document.querySelector("#connection");

/** Shows whether the server answers. */
export const showConnected = (isConnected) => {
  connection.textContent = isConnected ? "" : "The server does not answer. Trying again…";
};
