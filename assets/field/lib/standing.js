// How each answer stands, from what the server has and what is still on the phone. Pure: outbox in, plain objects out.
import { placeOf } from "./outbox.js";

export const OVER = new Set(["done", "cancelled"]);

/** The visit as a whole. A check-in or a submission counts as soon as it is safely on the phone. */
export function visitStanding(outbox) {
  const { state } = outbox;
  const submitting = Boolean(outbox.waiting("submitted"));
  return {
    state: state.state,
    checkedIn: Boolean(state.checked_in_at || outbox.waiting("checked_in")),
    checkedInAt: state.checked_in_at ?? outbox.waiting("checked_in")?.device_at ?? null,
    submitting,
    closed: submitting || state.state === "submitted" || OVER.has(state.state),
  };
}

/**
 * One answer: {status, value, file, reason, sentence, remarks}.
 * status: open, kept (on the phone), sending (answer there, picture not), sent, accepted, rejected, refused.
 */
export function answerStanding(outbox, spec) {
  const mine = (event) => placeOf(event) === spec.place && event.status !== "aside";
  const local = outbox.events.findLast(mine);
  const file = outbox.files.findLast((each) => each.place === spec.place && each.status !== "aside");
  const server = outbox.state.answers[spec.place];
  if (local || file?.status === "refused") return fromPhone(local, file);
  if (!server) return { status: "open", remarks: [] };
  const status = server.verdict !== "open" ? server.verdict : server.sha256 && !server.arrived ? "sending" : "sent";
  return { status, value: server.value, file, picture: server.arrived ? server.evidence_key : "", reason: server.reason, remarks: server.remarks, awaited: Boolean(file) };
}

function fromPhone(local, file) {
  const refused = local?.status === "refused" || file?.status === "refused";
  const sentence = (file?.status === "refused" && file.sentence) || local?.sentence || "";
  return { status: refused ? "refused" : "kept", value: local?.data.value ?? null, file, sentence, remarks: [] };
}

/** Whether nothing more has to be done for it; a confirmation taken back is as good as none. */
export function isAnswered(spec, standing) {
  if (["open", "rejected", "refused"].includes(standing.status)) return false;
  return spec.kind !== "confirmation" || standing.value === true;
}

/** Why an answer cannot be given now, as a short reason for the page; "" when it can. */
export function lockOf(visit, spec, standing, writer) {
  if (!writer) return "elsewhere";
  if (visit.closed) return "closed";
  if (standing.status === "accepted") return "accepted";
  return visit.checkedIn || spec.before_check_in ? "" : "check-in";
}
