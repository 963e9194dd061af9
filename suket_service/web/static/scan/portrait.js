// The whole answer of the registry to an enrolled phone: portrait, village name, letter number. Keeps none of it.
import { element, fill } from "./elements.js";
import { signedFetch } from "./device.js";

const PATIENCE_MS = 12000;

/** The registry's answer to a symbol's text; null when it cannot be had in time. */
export async function wholeAnswer(store, text) {
  const tooLate = new Promise((resolve) => setTimeout(resolve, PATIENCE_MS, null));
  const asked = signedFetch(store, "POST", "/api/v1/verifications", { seal: text })
    .then((answer) => (answer.ok ? answer.json() : null))
    .catch(() => null);
  const answer = await Promise.race([asked, tooLate]);
  return answer !== null && answer.genuine === true ? answer : null;
}

/** The place of the portrait until there is one: nobody has compared anything yet. */
export function uncheckedPortrait(why = "") {
  const said = "Bandingkan sendiri foto pada surat dengan wajah pemegang.";
  return element(
    "div",
    { id: "portrait", class: "portrait", "data-portrait": "unchecked" },
    element("strong", {}, "FOTO BELUM DIPERIKSA"),
    element("p", {}, why === "" ? said : `${why} ${said}`),
  );
}

/** Draw the thumbnail; false when it is no picture that this browser can draw. */
export async function showPortrait(place, portrait) {
  const picture = await pictureOf(portrait);
  if (picture === null || !place.isConnected) return false;
  const canvas = element("canvas", { role: "img", "aria-label": "Foto menurut Disdukcapil" });
  canvas.width = picture.width;
  canvas.height = picture.height;
  canvas.getContext("2d").drawImage(picture, 0, 0);
  fill(
    place,
    canvas,
    element(
      "div",
      {},
      element("strong", {}, "Foto menurut Disdukcapil"),
      element("p", {}, "Bandingkan dengan foto pada surat dan dengan wajah pemegangnya."),
    ),
  );
  place.dataset.portrait = "shown";
  return true;
}

// Drawn instead of put into an <img>: the page's policy lets no image come out of a text.
async function pictureOf(portrait) {
  const match = /^data:(image\/jpeg);base64,([A-Za-z0-9+/=]+)$/.exec(portrait ?? "");
  if (match === null) return null;
  try {
    const bytes = Uint8Array.from(atob(match[2]), (each) => each.charCodeAt(0));
    return await createImageBitmap(new Blob([bytes], { type: match[1] }));
  } catch {
    return null;
  }
}
