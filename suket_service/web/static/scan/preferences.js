// What the officer likes: sound, vibration, the pace, the camera. Kept on this phone; holds nothing about letters.

const KEY = "preferences";
const DEFAULTS = { sound: true, vibration: true, autoNext: 0, camera: null, torch: false };

/** The preferences, and how to change one of them. A full or broken store only means that they are not remembered. */
export async function openPreferences(store) {
  const kept = { ...DEFAULTS, ...(await store.get(KEY).catch(() => null)) };
  return {
    get: (name) => kept[name],
    all: () => ({ ...kept }),
    async set(name, value) {
      kept[name] = value;
      await store.set(KEY, { ...kept }).catch(() => {});
    },
  };
}
