// What has to be known on every part of the page, most urgent first.
import { make, plural } from "../lib/dom.js";

/** Show banners for how the visit stands; `takeOver` and links in them lead on. */
export function showBanners(host, view) {
  const found = view.storage === false ? [NO_STORAGE] : bannersOf(host, view);
  const key = JSON.stringify(found.map(({ tone, title, text, link }) => [tone, title, text, link?.label]));
  if (key === host.shownBanners) return;
  host.shownBanners = key;
  host.querySelector("[data-banners]").replaceChildren(...found.map(banner));
}

const NO_STORAGE = {
  tone: "danger",
  title: "Nothing can be kept on this phone",
  text: "This browser does not let pages keep answers, perhaps because the window is private. Open the link in an ordinary window.",
};

function bannersOf(host, { visit, items, outbox, writer, packetChanged }) {
  const found = [];
  const { trouble } = outbox;
  const takeOver = { label: "Go on here instead", run: () => host.takeOver() };
  if (writer === false) found.push({ tone: "warning", title: "This visit is open in another tab", text: "Go on there, or here; only one of them records.", link: takeOver });
  if (trouble?.kind === "session" || trouble?.kind === "gone") found.push({ tone: "danger", title: trouble.kind === "gone" ? "Call your facilitator" : "Open your link again", text: trouble.message });
  if (packetChanged) found.push({ tone: "warning", title: "The packet was changed", text: "Load this page again to see the new one. What you recorded is kept.", link: { label: "Load it now", run: () => location.reload() } });
  const rejected = items.filter((item) => item.standing.status === "rejected");
  if (rejected.length && !visit.closed) found.push(again(rejected, host));
  const state = visit.submitting ? "submitting" : visit.state;
  if (STATES[state]) found.push(STATES[state]);
  return found;
}

const again = (rejected, host) => ({
  tone: "danger",
  title: `${plural(rejected.length, "answer")} to do again`,
  text: "Your facilitator has looked at it and asks for this once more. Then submit again.",
  link: { label: "Show me", run: () => host.parts[0].jump(document.getElementById(rejected[0].spec.place.replace("/", "--"))) },
});

const STATES = {
  submitting: { tone: "info", title: "Submitting", text: "Everything is safe on this phone and goes as soon as there is a connection. Stay on site." },
  submitted: { tone: "info", title: "Waiting for release", text: "Your facilitator is looking at your evidence. Stay on site; this page tells you when you may leave.", wait: true },
  done: { tone: "success", title: "You are released", text: "Everything was accepted. You may leave the site. Thank you." },
  cancelled: { tone: "warning", title: "This visit was cancelled", text: "Do not go there, or leave the site. Call your facilitator if you are not sure." },
};

function banner({ tone, title, text, link, wait }) {
  const box = make("div", { class: `banner is-${tone}`, "data-wait": Boolean(wait) }, make("strong", {}, title), make("p", {}, text));
  if (!link) return box;
  const button = make("button", { type: "button", class: "act is-quiet" }, link.label);
  button.addEventListener("click", link.run);
  box.append(button);
  return box;
}
