// What of a letter's facts may be shown where others can look: the masks of every public answer. Pure.
//
// The browser holds all of the facts; a screen that others see and a printout need no more than these.

/** Initials for a public answer: `BUDI SANTOSO` as `B*** S******`. */
export function maskName(name) {
  const masked = (word) => {
    const letters = [...word];
    return letters[0] + "*".repeat(letters.length - 1);
  };
  return name.split(" ").map(masked).join(" ");
}

/** The first six digits (the region) and ten stars: most serials are below 0010, so the rest would tell all. */
export function maskNik(nik) {
  return nik.slice(0, 6) + "*".repeat(10);
}

/** The year alone of `1995-08-17`. */
export function yearOf(day) {
  return day.slice(0, 4);
}
