// Days and moments: days are texts YYYY-MM-DD, moments are seconds since 1970. Reads no clock.

// Nearer to the calendar's ends an office's own day could not be told.
const FIRST_MOMENT = Date.UTC(1970, 0, 2) / 1000;
const LAST_MOMENT = Date.UTC(9999, 11, 30) / 1000;

/** Whether this is the text of a day that exists. */
export function isDay(text) {
  if (typeof text !== "string" || !/^[0-9]{4}-[0-9]{2}-[0-9]{2}$/.test(text) || text < "0001") return false;
  const moment = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(moment.getTime()) && moment.toISOString().slice(0, 10) === text;
}

/** Whether this is a whole number of seconds within the calendar. */
export function isMoment(seconds) {
  return Number.isSafeInteger(seconds) && seconds >= FIRST_MOMENT && seconds <= LAST_MOMENT;
}

/**
 * The day on which that moment falls where clocks are `offsetMinutes` ahead of UTC.
 * @param {number} seconds
 * @param {number} offsetMinutes
 * @returns {string}
 */
export function dayAt(seconds, offsetMinutes) {
  if (!(seconds >= FIRST_MOMENT && seconds < LAST_MOMENT + 1)) throw new RangeError("outside the calendar");
  return new Date((seconds + offsetMinutes * 60) * 1000).toISOString().slice(0, 10);
}
