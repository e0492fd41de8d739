// htmx, and what happens when a request of it goes wrong: a sentence, and nothing typed is lost.
import htmx from "htmx.org";
import { toast } from "../elements/toasts.js";

window.htmx = htmx;

const SENTENCES = {
  0: "The server could not be reached. What you typed is still here; check the connection and try again.",
  401: "You are signed out. Sign in again in another tab, then repeat this.",
  403: "You may not do this. Ask the project manager of this rollout.",
  404: "This is no longer there. Reload the page to see what is.",
  409: "Somebody changed this meanwhile. Reload the page to see how it is now, then repeat your change.",
  413: "This is too large to be sent. Send a smaller file.",
  429: "Too many requests in a short time. Wait a minute, then try again.",
};
const OTHERWISE = "The server could not do this. What you typed is still here; try again, and tell your administrator if it goes on.";

/** The sentence for a status: the server's own, from X-Message or its page for a refusal, else ours. */
export function sentenceFor(status, headers, text) {
  return headers?.get?.("X-Message") || (status === 403 && spoken(text)) || SENTENCES[status] || OTHERWISE;
}

function spoken(text) {
  if (!text?.includes("<main")) return "";
  const paragraph = new DOMParser().parseFromString(text, "text/html").querySelector("main p");
  return paragraph?.textContent.trim() ?? "";
}

const busy = document.querySelector(".page-busy");
let running = 0;
function count(change) {
  running = Math.max(0, running + change);
  busy?.toggleAttribute("data-busy", running > 0);
}

const isPoll = (ctx) => /\bevery\b/.test(ctx?.sourceElement?.getAttribute?.("hx-trigger") ?? "");
let silentPolls = 0;

document.addEventListener("htmx:before:request", (event) => {
  if (!isPoll(event.detail.ctx)) count(1);
});
document.addEventListener("htmx:finally:request", (event) => {
  if (!isPoll(event.detail.ctx)) count(-1);
});

// A session that ended answers a fragment with the sign-in page: go there as a whole page instead.
document.addEventListener("htmx:before:response", (event) => {
  const response = event.detail.ctx?.response?.raw;
  silentPolls = 0;
  if (response?.redirected && new URL(response.url).pathname.startsWith("/accounts/login")) {
    event.preventDefault();
    const next = encodeURIComponent(location.pathname + location.search);
    location.assign(`${new URL(response.url).pathname}?next=${next}`);
  }
});

document.addEventListener("htmx:response:error", (event) => {
  const ctx = event.detail.ctx;
  const status = ctx?.response?.status ?? ctx?.response?.raw?.status ?? 500;
  if (status === 422 || isPoll(ctx)) return; // a form that came back with its errors; a poll asks again anyway
  toast(sentenceFor(status, ctx?.response?.headers, ctx?.text), "danger");
});

document.addEventListener("htmx:error", (event) => {
  const ctx = event.detail.ctx;
  if (event.detail.error?.name === "AbortError") return;
  if (isPoll(ctx) && ++silentPolls !== 5) return; // a poll that fails once is no news
  toast(SENTENCES[0], "danger");
});
