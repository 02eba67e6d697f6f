// Making and changing elements, and the words for times and sizes.

/** Makes an element. `properties` are the element's own, `data-…` and `aria-…` are attributes. */
export function element(tag, properties = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name.includes("-") || name === "role") made.setAttribute(name, value);
    else made[name] = value;
  }
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

/** A button that says what went wrong where everybody hears it. */
export function button(text, act, properties = {}) {
  const made = element("button", { type: "button", textContent: text, ...properties });
  made.addEventListener("click", () => attempt(act, made));
  return made;
}

/**
 * Does something that can fail; the button rests meanwhile. It is not disabled: that would take the focus from
 * whoever pressed it.
 */
export async function attempt(act, pressed) {
  if (pressed?.ariaDisabled) return;
  if (pressed) pressed.ariaDisabled = "true";
  try {
    return await act();
  } catch (error) {
    announce(error.message, true);
  } finally {
    if (pressed) pressed.ariaDisabled = null;
  }
}

/**
 * Makes `parent` show `items` in their order, with the elements that are there already.
 * An element in use keeps its focus and what was typed into it; one that goes hands its focus on.
 */
export function keyed(parent, items, key, create, update) {
  // Those that go, go first: what is moved past them loses its focus too.
  const wanted = new Set(items.map((item) => String(key(item))));
  for (const child of [...parent.children]) if (!wanted.has(child.dataset.key)) drop(child);
  const old = new Map([...parent.children].map((child) => [child.dataset.key, child]));
  let place = parent.firstElementChild;
  for (const item of items) {
    const name = String(key(item));
    let child = old.get(name);
    if (!child) {
      child = create(item);
      child.dataset.key = name;
    }
    update?.(child, item);
    if (child === place) place = place.nextElementSibling;
    else parent.insertBefore(child, place);
  }
}

// The focus goes to a neighbour, or else to the first control of what the list is in.
function drop(child) {
  const hadFocus = child.contains(document.activeElement);
  const heirs = [child.nextElementSibling, child.previousElementSibling, child.parentElement.closest("li, section")];
  child.remove();
  if (hadFocus) heirs.map((heir) => heir?.querySelector("button, summary")).find(Boolean)?.focus();
}

/** Makes a select offer `names` and what it offers for none; what is chosen stays if it is still there. */
export function offer(select, names) {
  const offered = [...select.options].filter((option) => option.value);
  if (offered.map((option) => option.value).join() === names.join()) return;
  const chosen = select.value;
  for (const option of offered) option.remove();
  select.append(...names.map((name) => element("option", { value: name, textContent: name })));
  if (names.includes(chosen)) select.value = chosen;
}

/** Sets a text only if it is another, which costs the browser nothing when it is not. */
export function setText(target, text) {
  if (target.textContent !== text) target.textContent = text;
}

const announcer = document.querySelector("#announcer");
let forget = 0;

/** Tells something to all: those who listen, and for a moment those who look. */
export function announce(text, isError = false) {
  announcer.textContent = text;
  document.querySelector(".toast")?.remove();
  const toast = element("p", { className: isError ? "toast error" : "toast", textContent: text, "aria-hidden": "true" });
  // An open dialog hides whatever is not in it.
  (document.querySelector("dialog[open]") ?? document.body).append(toast);
  clearTimeout(forget);
  forget = setTimeout(() => toast.remove(), isError ? 8000 : 3000);
}

const clockFormat = new Intl.DateTimeFormat([], {
  hour: "2-digit", minute: "2-digit", second: "2-digit", fractionalSecondDigits: 3, hourCycle: "h23",
});

/** A moment of today, to the millisecond. */
export const clockTime = (ms) => clockFormat.format(ms);

/** A duration in milliseconds, in two or three digits. */
export function span(ms) {
  if (ms < 10) return `${ms.toFixed(1)} ms`;
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(ms < 10_000 ? 2 : 1)} s`;
  const [unit, name] = ms < 3_600_000 ? [60_000, "min"] : ms < 172_800_000 ? [3_600_000, "h"] : [86_400_000, "days"];
  return `${Number((ms / unit).toFixed(1))} ${name}`;
}

/** A duration that goes on: in whole seconds, for it is another when it is read. */
export const about = (ms) => span(Math.max(ms, 0)).replace(/\.\d+ s$/, " s");

/** A number of bytes. */
export function size(bytes) {
  if (bytes < 1000) return `${bytes} B`;
  return bytes < 1_000_000 ? `${(bytes / 1000).toFixed(1)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}

/** JSON with line breaks; any other text as it is. */
export function pretty(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
