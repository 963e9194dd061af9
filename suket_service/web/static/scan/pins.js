// Which publication keys this phone believes, and through whom: from the enrolment sheet, or, without one, whoever
// signed on the first visit; and the next keys that those introduced. Opens no bundle and stores nothing itself.

/**
 * @typedef {{kid: string, by: "paper"|"first-visit"|"introduced", from: string|null}} Pin
 *   `from` is the kid that introduced this one.
 */

/** The pins once a sheet of paper has named that key: it, and whom it introduced. The newest paper decides. */
export function pinnedByPaper(pins, kid) {
  const root = { kid, by: "paper", from: null };
  return [root, ...descendants(pins, kid)];
}

/** The pins of a first visit: without a sheet the first signer is believed from then on. */
export function pinnedByVisit(kid) {
  return [{ kid, by: "first-visit", from: null }];
}

/** The pins and the keys that the pinned `signer` vouches for. */
export function withIntroduced(pins, signer, kids) {
  const known = new Set(kidsOf(pins));
  return [...pins, ...kids.filter((kid) => !known.has(kid)).map((kid) => ({ kid, by: "introduced", from: signer }))];
}

/** The thumbprints alone. */
export function kidsOf(pins) {
  return pins.map((pin) => pin.kid);
}

/** How trust in that key began. */
export function rootOf(pins, kid) {
  const pin = pins.find((each) => each.kid === kid);
  if (pin === undefined) return null;
  return pin.by === "introduced" ? rootOf(pins.filter((each) => each !== pin), pin.from) : pin.by;
}

function descendants(pins, kid) {
  const rest = pins.filter((each) => each.kid !== kid);
  const children = rest.filter((each) => each.by === "introduced" && each.from === kid);
  const others = rest.filter((each) => !children.includes(each));
  return children.flatMap((child) => [child, ...descendants(others, child.kid)]);
}
