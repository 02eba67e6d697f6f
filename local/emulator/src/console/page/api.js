// The console's API as the page uses it. Nothing here touches the document.

const BASE = "/_console/api";

async function call(method, path, body) {
  const options = { method };
  if (body !== undefined) {
    options.body = typeof body === "string" ? body : JSON.stringify(body);
    options.headers = { "content-type": "application/json" };
  }
  let response;
  try {
    response = await fetch(BASE + path, options);
  } catch {
    throw new Error("The emulator does not answer.");
  }
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) throw new Error(answer.message ?? `The emulator answered ${response.status}.`);
  return answer;
}

const name = encodeURIComponent;

export const invocations = (filter) => {
  const given = Object.entries(filter).filter(([, value]) => value);
  return call("GET", `/invocations?${new URLSearchParams(given)}`);
};
export const invocation = (number) => call("GET", `/invocations/${number}`);
export const replay = (number) => call("POST", `/invocations/${number}/replay`);
export const invoke = (fn, event) => call("POST", `/functions/${name(fn)}/invoke`, event);
export const kill = (fn, process) => call("POST", `/functions/${name(fn)}/kill`, process ? { process } : {});
export const setFaults = (fn, faults) => call("PUT", `/functions/${name(fn)}/faults`, faults);
export const messages = (queue) => call("GET", `/queues/${name(queue)}/messages`);
export const onQueue = (queue, action, body) => call("POST", `/queues/${name(queue)}/${action}`, body);
export const runSchedule = (schedule) => call("POST", `/schedules/${name(schedule)}/run`);
export const samples = () => call("GET", "/samples");
export const saveSample = (sample, event) => call("PUT", `/samples/${name(sample)}`, event);
export const setDisk = (is_full) => call("PUT", "/disk", { is_full });
export const advanceClock = (seconds) => call("POST", "/clock/advance", { seconds });

/** Listens to what happens; the browser connects again by itself. */
export function follow({ onInvocations, onState, onConnected }) {
  const stream = new EventSource(`${BASE}/stream`);
  stream.addEventListener("invocations", (event) => onInvocations(JSON.parse(event.data)));
  stream.addEventListener("state", (event) => onState(JSON.parse(event.data)));
  stream.addEventListener("open", () => onConnected(true));
  stream.addEventListener("error", () => onConnected(false));
}
