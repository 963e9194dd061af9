// What all parts of the scanner share: the held data, the device, what is unsent, the clock. Read anew from the store
// whenever it may have changed. Shows nothing.
import { clockLooksWrong } from "./clock.js";
import { heldDevice } from "./device.js";
import { conflictsHeld, unsent } from "./presentations.js";
import { heldTrust, refresh } from "./trust-store.js";

/** The shared facts; parts read them, only this module and main.js write them. */
export function createApp(store, preferences) {
  return {
    store,
    preferences,
    held: null,
    device: null,
    unsent: 0,
    conflicts: [],
    clock: null, // what is wrong with the phone's clock
    clockHeard: false,
    persisted: null,
    refused: null,
    offline: false,
    refreshing: false,
    full: false, // whether newer data found no room
  };
}

/** Read again what may have changed in the store. */
export async function know(app) {
  const { store } = app;
  app.held = await heldTrust(store);
  app.device = await heldDevice(store);
  app.unsent = await unsent(store);
  app.conflicts = await conflictsHeld(store);
  app.clock = await clockLooksWrong(store, new Date());
  app.clockHeard = Boolean((await store.get("clock"))?.server);
}

/** Fetch newer data, if there is a line; whether what is held has changed. The old stays where the new is refused. */
export async function freshen(app) {
  app.refreshing = true;
  let told = { changed: false, refused: null, offline: true };
  app.full = false;
  try {
    told = await refresh(app.store, new Date());
  } catch (error) {
    app.full = error.code === "storage_full";
  }
  Object.assign(app, { refused: told.refused, offline: told.offline, refreshing: false });
  await know(app);
  return told.changed;
}
