// Where the phone is, if the person lets us know. Never a condition for anything.
const SECONDS = 12;
const RADIUS_M = 6371008.8;

/** Resolve to {latitude, longitude, accuracy} or to {place: "refused" | "unavailable"}; never rejects. */
export function whereAmI() {
  if (!navigator.geolocation || !isSecureContext) return Promise.resolve({ place: "unavailable" });
  return new Promise((resolve) => {
    const told = ({ coords }) =>
      resolve({ latitude: round(coords.latitude, 6), longitude: round(coords.longitude, 6), accuracy: Math.round(coords.accuracy) });
    const failed = (error) => resolve({ place: error.code === error.PERMISSION_DENIED ? "refused" : "unavailable" });
    navigator.geolocation.getCurrentPosition(told, failed, { enableHighAccuracy: true, timeout: SECONDS * 1000, maximumAge: 60000 });
  });
}

const round = (value, digits) => Math.round(value * 10 ** digits) / 10 ** digits;

/** Metres between two places along the great circle. */
export function metresBetween(a, b) {
  const rad = Math.PI / 180;
  const half =
    Math.sin(((b.latitude - a.latitude) * rad) / 2) ** 2 +
    Math.cos(a.latitude * rad) * Math.cos(b.latitude * rad) * Math.sin(((b.longitude - a.longitude) * rad) / 2) ** 2;
  return 2 * RADIUS_M * Math.asin(Math.min(1, Math.sqrt(half)));
}

/** "140 m", "2.3 km" or "57 km". */
export function distanceWords(metres) {
  if (metres < 1000) return `${Math.round(metres / 10) * 10} m`;
  return metres < 20000 ? `${(metres / 1000).toFixed(1)} km` : `${Math.round(metres / 1000)} km`;
}
