// The HTTP API as the page uses it. Nothing here touches the document.

const BASE = "/api/v1/podcasts";

/** An answer that is not a success: its problem+json and status; `errors` say which fields do not fit. */
export class Problem extends Error {
  constructor(status, body) {
    super(body?.detail ?? body?.message ?? `The server answered ${status}.`);
    this.status = status;
    this.isUnknownPlace = body?.type === "urn:wherecast:problem:unknown-place";
    this.errors = body?.errors ?? [];
    this.suggestions = body?.suggestions ?? [];
  }
}

/** The server did not answer at all: it is starting again, or gone. */
export class Unreachable extends Error {}

async function call(path, options = {}) {
  let response;
  try {
    response = await fetch(BASE + path, options);
  } catch {
    throw new Unreachable("The server does not answer.");
  }
  if (response.status === 204 || response.status === 304) return { response };
  const body = await response.json().catch(() => null);
  if (!response.ok) throw new Problem(response.status, body);
  return { response, body };
}

/** Asks for an episode; the key makes a repeated request the same job. */
export async function generate(request, key) {
  const { body } = await call("/generate", {
    method: "POST",
    headers: { "content-type": "application/json", "idempotency-key": key },
    body: JSON.stringify(request),
  });
  return body;
}

/** One page of the library, newest first. */
export async function list({ cursor, status, limit = 24 } = {}) {
  const query = new URLSearchParams({ limit });
  if (cursor) query.set("cursor", cursor);
  if (status) query.set("status_filter", status);
  return (await call(`/?${query}`)).body;
}

export const detail = async (id) => (await call(`/${id}`)).body;
export const remove = async (id) => void (await call(`/${id}`, { method: "DELETE" }));
export const regenerate = async (id) => (await call(`/${id}/regenerate`, { method: "POST" })).body;

/** Status of a job, or null when nothing changed since `etag`. */
export async function status(id, etag) {
  const headers = etag ? { "if-none-match": etag } : {};
  const { response, body } = await call(`/status/${id}`, { headers });
  return body ? { ...body, etag: response.headers.get("etag") } : null;
}
