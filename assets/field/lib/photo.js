// A photo as it is sent: at most 2,000 px, JPEG, upright as the camera meant it.
import { sha256 } from "./sha256.js";

const LONGEST = 2000;
const QUALITY = 0.8;
const SMALL_ENOUGH = 700_000;

/** Return {bytes, type, sha256}. What the browser cannot decode (HEIC elsewhere than on iPhones) goes as it is. */
export async function prepared(file) {
  const smaller = await shrunk(file).catch(() => null);
  const chosen = smaller && smaller.size < file.size ? smaller : file;
  const bytes = await chosen.arrayBuffer();
  return { bytes, type: chosen.type || "application/octet-stream", sha256: await sha256(bytes) };
}

async function shrunk(file) {
  const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
  const scale = Math.min(1, LONGEST / Math.max(picture.width, picture.height));
  if (scale === 1 && file.type === "image/jpeg" && file.size < SMALL_ENOUGH) return picture.close();
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(picture.width * scale);
  canvas.height = Math.round(picture.height * scale);
  canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
  picture.close();
  return new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", QUALITY));
}
