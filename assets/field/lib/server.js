// Asking the server, and what to tell the person when it does not answer as hoped.

/** The server could not take it now. `kind`: offline, busy, session, gone or refused (this very thing, for good). */
export class Trouble extends Error {
  constructor(kind, sentence, status = 0) {
    super(sentence);
    this.kind = kind;
    this.status = status;
  }
}

const OFFLINE = "There is no connection now. Everything is kept on this phone and goes by itself later.";
const BUSY = "The server cannot answer at the moment. Everything is kept on this phone and goes by itself later.";
const SESSION = "Your visit has to be opened again: use the link in your message. Everything is kept on this phone until then.";
const GONE = "This visit is no longer booked for you. What you recorded stays on this phone; call your facilitator.";
const REFUSED = {
  409: "The server does not know yet what this belongs to. It is sent again.",
  413: "This picture is too large to send. Take it again with a lower resolution.",
  415: "This is not a picture that can be read. Take it again.",
  422: "The picture changed on its way. It is sent again.",
};

const cookie = (name) => document.cookie.split("; ").find((part) => part.startsWith(`${name}=`))?.split("=")[1] ?? "";
// The cookie is read anew each time: opening the link again, in this tab or another, changes it.
const token = () => cookie("csrftoken") || (document.querySelector("[name=csrfmiddlewaretoken]")?.value ?? "");

async function ask(url, options, seconds) {
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), seconds * 1000);
  try {
    return await fetch(url, { credentials: "same-origin", redirect: "manual", cache: "no-store", signal: stop.signal, ...options });
  } catch {
    throw new Trouble("offline", OFFLINE);
  } finally {
    clearTimeout(timer);
  }
}

async function answerOf(response) {
  const { status } = response;
  if (response.type === "opaqueredirect" || status === 401 || status === 403) throw new Trouble("session", SESSION, status);
  if (status === 404) throw new Trouble("gone", GONE, status);
  const body = await response.json().catch(() => null);
  if (response.ok && body) return body;
  if (status in REFUSED) throw new Trouble("refused", body?.sentence || REFUSED[status], status);
  throw new Trouble("busy", body?.sentence || BUSY, status);
}

export async function getState(url) {
  return answerOf(await ask(url, { headers: { Accept: "application/json" } }, 20));
}

export async function sendEvents(url, events) {
  const headers = { "Content-Type": "application/json", "X-CSRFToken": token() };
  return answerOf(await ask(url, { method: "POST", headers, body: JSON.stringify({ events }) }, 30));
}

export async function sendFile(url, file) {
  const body = new FormData();
  body.append("file", new Blob([file.bytes], { type: file.type }), file.type === "image/png" ? "signature.png" : "photo.jpg");
  return answerOf(await ask(url, { method: "POST", headers: { "X-CSRFToken": token() }, body }, 180));
}
