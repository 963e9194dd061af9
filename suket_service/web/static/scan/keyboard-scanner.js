// A scanner that poses as a keyboard: a fast burst of keys that ends in Enter. Judges no letter.

// Generous: a phone that is busy hands the keys over late. What is typed by hand never looks like SCANNED.
const MOST_MS_BETWEEN_KEYS = 1500;
const MOST_CHARACTERS = 8000;
const SWALLOW_FROM = 6;
// What a scanner of letters types: the digits alone, or the link before them. A hand that types fast does not.
const SCANNED = /^(?:[0-9]{30,}|https?:.{20,})$/;

/** Collects keys; pure but for the times that it is given. */
export function createBurst() {
  let text = "";
  let last = -Infinity;
  return {
    /** Whether so many keys came one after the other that a scanner may be at work. */
    running: () => text.length >= SWALLOW_FROM,
    /** One key at a time in milliseconds; the whole text when it was the Enter after a burst, else null. */
    key(name, at) {
      if (at - last > MOST_MS_BETWEEN_KEYS) text = "";
      last = at;
      if (name === "Enter") {
        const whole = text.trim();
        text = "";
        return SCANNED.test(whole) ? whole : null;
      }
      if (name.length === 1) text = (text + name).slice(-MOST_CHARACTERS);
      return null;
    },
  };
}

/**
 * Listen on the whole page while `wanted()`; `onText` gets the text of one symbol.
 *
 * Outside of fields the keys of a burst are swallowed: its Enter must not press the button that has the focus.
 */
export function listenForScanner(wanted, onText) {
  const burst = createBurst();
  const listener = (event) => {
    if (!wanted() || event.ctrlKey || event.altKey || event.metaKey) return;
    const text = burst.key(event.key, event.timeStamp);
    const inField = event.target instanceof HTMLInputElement;
    if (text !== null || (burst.running() && !inField)) {
      event.preventDefault();
      event.stopPropagation();
    }
    if (text === null) return;
    if (inField) event.target.value = ""; // the symbol's text went into it
    onText(text);
  };
  document.addEventListener("keydown", listener, true);
  return () => document.removeEventListener("keydown", listener, true);
}
