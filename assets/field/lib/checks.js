// What is odd about a value, told at once. The server remarks on the same things for the reviewer; nothing is refused for it.

/** Return a sentence about a value, or "" when it is as expected. `value` is text as typed. */
export function doubt(spec, value) {
  const { options } = spec;
  if (spec.kind === "reading") return readingDoubt(options, value);
  if (spec.kind === "serial") return serialDoubt(options, value);
  if (spec.kind === "count" && given(options.expected) && value !== String(options.expected)) return `${options.expected} were expected. Count again; if it stays so, report a problem.`;
  return "";
}

const given = (value) => value !== undefined && value !== null && value !== "";
export const numberOf = (text) => (/^[-+]?(\d+([.,]\d*)?|[.,]\d+)$/.test(text) ? Number(text.replace(",", ".")) : NaN);

function readingDoubt({ low, high, unit = "" }, text) {
  const value = numberOf(text);
  if (Number.isNaN(value)) return "This is not a number.";
  const out = (given(low) && value < Number(low) && `below the limit of ${low} ${unit}`) || (given(high) && value > Number(high) && `above the limit of ${high} ${unit}`);
  return out ? `This is ${out.trim()}. Measure again; if it stays so, save it and report a problem.` : "";
}

function serialDoubt({ expected, pattern }, value) {
  if (given(expected) && value !== String(expected)) return `${expected} was expected. Read it again; if it stays so, save it and report a problem.`;
  return given(pattern) && !fits(pattern, value) ? "This does not look like a serial number of this device. Read it again." : "";
}

/** Patterns are written for the server; one this browser cannot read says nothing. */
function fits(pattern, value) {
  try {
    return new RegExp(`^(?:${pattern})$`, "u").test(value);
  } catch {
    return true;
  }
}

/** "between −67 and 0 dBm", "at least 5 Mbit/s", or "". */
export function limitWords({ low, high, unit = "" }) {
  const sign = (text) => String(text).replace("-", "−");
  if (given(low) && given(high)) return `Between ${sign(low)} and ${sign(high)} ${unit}`.trim();
  if (given(low)) return `At least ${sign(low)} ${unit}`.trim();
  return given(high) ? `At most ${sign(high)} ${unit}`.trim() : "";
}
