// Identifiers and moments as the device makes them.

/** UUID version 7: sorts by the time it was made (RFC 9562). */
export function uuid7(now = Date.now()) {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  for (let place = 5, rest = now; place >= 0; place--, rest = Math.floor(rest / 256)) bytes[place] = rest % 256;
  bytes[6] = 0x70 | (bytes[6] & 0x0f);
  bytes[8] = 0x80 | (bytes[8] & 0x3f);
  const hex = toHex(bytes);
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

export function toHex(bytes) {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** The device's own time with its offset, so that a wrong zone can be told from a wrong clock. */
export function localMoment(date = new Date()) {
  const offset = -date.getTimezoneOffset();
  const shifted = new Date(date.getTime() + offset * 60000).toISOString().slice(0, -1);
  const part = (minutes) => String(minutes).padStart(2, "0");
  const size = Math.abs(offset);
  return `${shifted}${offset < 0 ? "-" : "+"}${part(Math.floor(size / 60))}:${part(size % 60)}`;
}
