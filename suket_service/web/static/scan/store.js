// What the phone keeps, in IndexedDB: trust data, the device's key, events. Knows no meaning of what it keeps and asks
// no network. Holds no NIK, no name, no seal and no code: whoever finds the phone finds positions in lists.

const VERSION = 1;
const CODES = {
  QuotaExceededError: "storage_full",
  VersionError: "storage_newer", // a newer app has been here, in another tab or before
  SecurityError: "storage_forbidden",
  InvalidStateError: "storage_closed",
};

/** Something could not be kept or read. */
export class StoreError extends Error {
  constructor(code, cause = null) {
    super(code);
    this.name = "StoreError";
    this.code = code;
    this.cause = cause;
  }
}

/** The answer of one IndexedDB request. Inside `transact`, await nothing else: the transaction would end. */
export function answerOf(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

/** The phone's store of that name, opened and, the first time, made. */
export async function openStore(name = "suket-scan") {
  const store = new Store(name);
  await store.database();
  return store;
}

/**
 * Ask the browser not to throw the store away when the disk runs full.
 * @returns {Promise<{asked: boolean, granted: boolean}>} `asked` is false where a browser knows no such question
 */
export async function askPersist() {
  const storage = typeof navigator === "undefined" ? undefined : navigator.storage;
  if (typeof storage?.persist !== "function") return { asked: false, granted: false };
  try {
    return { asked: true, granted: (await storage.persisted()) || (await storage.persist()) };
  } catch {
    return { asked: true, granted: false };
  }
}

class Store {
  constructor(name) {
    this.name = name;
    /** Tells this tab's listeners "mark": an event was kept and waits to be sent. */
    this.changes = new EventTarget();
    this.opening = null;
  }

  /** The open database; opened again after the browser has closed it. */
  database() {
    if (this.opening === null) {
      const mine = open(this.name, () => {
        if (this.opening === mine) this.opening = null;
      });
      this.opening = mine;
      mine.catch(() => {
        if (this.opening === mine) this.opening = null;
      });
    }
    return this.opening;
  }

  /**
   * One transaction over these object stores: all of `work` is kept, on disk where the browser can promise it, or
   * nothing is.
   * @param {string[]} names
   * @param {"readonly"|"readwrite"} mode
   * @param {(at: (name: string) => IDBObjectStore) => Promise<*>} work
   */
  async transact(names, mode, work) {
    const transaction = await this.begin(names, mode);
    const ended = endOf(transaction);
    let result;
    try {
      result = await work((name) => transaction.objectStore(name));
    } catch (error) {
      ended.catch(() => {}); // told below
      abort(transaction);
      throw coded(error);
    }
    await ended;
    return result;
  }

  async begin(names, mode) {
    // Strict: on the disk before it is called done. Before Chrome 83 that was how it always was.
    const options = { durability: "strict" };
    const database = await this.database();
    try {
      return database.transaction(names, mode, options);
    } catch (error) {
      if (error.name !== "InvalidStateError") throw coded(error);
    }
    // The browser closed it (storage cleared, a newer app waiting): once more from the start.
    this.opening = null;
    try {
      return (await this.database()).transaction(names, mode, options);
    } catch (error) {
      throw coded(error);
    }
  }

  /** What is kept under that key, or undefined. */
  get(key) {
    return this.transact(["kept"], "readonly", (at) => answerOf(at("kept").get(key)));
  }

  /** Keep a value under that key. */
  async set(key, value) {
    await this.transact(["kept"], "readwrite", (at) => answerOf(at("kept").put(value, key)));
  }

  /** Keep nothing under that key any more. */
  async remove(key) {
    await this.transact(["kept"], "readwrite", (at) => answerOf(at("kept").delete(key)));
  }
}

function open(name, onClose) {
  return new Promise((resolve, reject) => {
    let request;
    try {
      request = indexedDB.open(name, VERSION);
    } catch (error) {
      reject(coded(error)); // a browser that keeps nothing for this site
      return;
    }
    request.onupgradeneeded = () => build(request.result);
    request.onerror = () => reject(coded(request.error));
    // `onblocked` needs no answer: tabs that hold an older version let go of it, below.
    request.onsuccess = () => {
      const database = request.result;
      database.onversionchange = () => {
        database.close();
        onClose();
      };
      database.onclose = onClose;
      resolve(database);
    };
  });
}

function build(database) {
  database.createObjectStore("kept");
  const events = database.createObjectStore("events", { keyPath: "id" });
  events.createIndex("letter", ["list", "index"]);
  // `waiting` names the place until the service has answered, and is then absent: only what waits is in this index.
  events.createIndex("waiting", ["waiting", "seq"]);
  database.createObjectStore("seen", { keyPath: ["list", "index"] });
}

function endOf(transaction) {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    // A full disk may be noticed only here, when every request has already succeeded.
    transaction.onabort = () => reject(coded(transaction.error));
  });
}

function abort(transaction) {
  try {
    transaction.abort();
  } catch {
    // It is over already.
  }
}

/** Our own errors pass; of the browser's only what is known by name is told apart. */
function coded(error) {
  if (!(error instanceof DOMException) && error !== null) return error;
  return new StoreError(CODES[error?.name] ?? "storage_failed", error);
}
