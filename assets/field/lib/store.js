// What the phone keeps until the server has it, in IndexedDB: one database per person, so that two people on one phone
// never send each other's answers. Files are kept as ArrayBuffer and type, because WebKit has lost Blobs.
//
//   events  {id, visit, type, device, sequence, device_at, data, status, sentence}   append-only until acknowledged
//   files   {key, visit, place, bytes, type, sha256, event, status, sentence, tries}
//   notes   {visit, name, value}   the last state of the server, drafts, ticks; comfort, not evidence
//   meta    {name, value}          device id, sequence
//
// Migrations only add. `status` is waiting, refused, or aside (refused, and answered anew since).
const VERSION = 1;

const settled = (request) =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

const committed = (transaction) =>
  new Promise((resolve, reject) => {
    transaction.oncomplete = resolve;
    transaction.onabort = transaction.onerror = () => reject(transaction.error);
  });

function upgrade(db, from) {
  if (from >= 1) return;
  db.createObjectStore("events", { keyPath: "id" }).createIndex("visit", "visit");
  db.createObjectStore("files", { keyPath: "key" }).createIndex("visit", "visit");
  db.createObjectStore("notes", { keyPath: ["visit", "name"] });
  db.createObjectStore("meta", { keyPath: "name" });
}

export class Store {
  static async open(user) {
    const request = indexedDB.open(`downbeat-field-${user}`, VERSION);
    request.onupgradeneeded = (event) => upgrade(request.result, event.oldVersion);
    const db = await settled(request);
    db.onversionchange = () => db.close();
    return new Store(db);
  }

  constructor(db) {
    this.db = db;
  }

  #write(...names) {
    return this.db.transaction(names, "readwrite", { durability: "strict" });
  }

  #read(name) {
    return this.db.transaction(name).objectStore(name);
  }

  /** Number an event, keep it with its file, and read both back: only then it is saved. */
  async add(event, file) {
    const transaction = this.#write("events", "files", "meta");
    const meta = transaction.objectStore("meta");
    const [device, last] = await Promise.all(["device", "sequence"].map((name) => settled(meta.get(name))));
    event.device = device?.value ?? `phone-${event.id.slice(-12)}`;
    event.sequence = (last?.value ?? 0) + 1;
    meta.put({ name: "device", value: event.device });
    meta.put({ name: "sequence", value: event.sequence });
    transaction.objectStore("events").add(event);
    if (file) transaction.objectStore("files").add(file);
    await committed(transaction);
    const kept = await settled(this.#read("events").get(event.id));
    const bytes = file && (await settled(this.#read("files").get(file.key)))?.bytes.byteLength;
    if (!kept || (file && bytes !== file.bytes.byteLength)) throw new Error("not kept");
  }

  async events(visit) {
    const found = await settled(this.#read("events").index("visit").getAll(visit));
    return found.sort((a, b) => a.sequence - b.sequence);
  }

  async files(visit) {
    const found = await settled(this.#read("files").index("visit").getAll(visit));
    return found.sort((a, b) => a.event.sequence - b.event.sequence);
  }

  /** What became of things, and the state they led to, in one step: a reload sees an answer here or there, never nowhere. */
  async settle(visit, { gone = [], goneFiles = [], events = [], files = [], state }) {
    const transaction = this.#write("events", "files", "notes");
    gone.forEach((id) => transaction.objectStore("events").delete(id));
    goneFiles.forEach((key) => transaction.objectStore("files").delete(key));
    events.forEach((event) => transaction.objectStore("events").put(event));
    files.forEach((file) => transaction.objectStore("files").put(file));
    if (state) transaction.objectStore("notes").put({ visit, name: "state", value: state });
    await committed(transaction);
  }

  async note(visit, name) {
    return (await settled(this.#read("notes").get([visit, name])))?.value;
  }

  async keepNote(visit, name, value) {
    const transaction = this.#write("notes");
    transaction.objectStore("notes").put({ visit, name, value });
    await committed(transaction);
  }

  /** How many things of each visit wait here: {visit: count}. A photo with its announcement is one thing. */
  async unsent() {
    const events = await settled(this.#read("events").getAll());
    const files = await settled(this.#read("files").getAll());
    const counts = {};
    for (const thing of unsentOf(events, files)) counts[thing.visit] = (counts[thing.visit] ?? 0) + 1;
    return counts;
  }
}

/** Events and files as the person counts them. */
export function unsentOf(events, files) {
  const open = (thing) => thing.status !== "aside";
  const withFile = new Set(files.map((file) => file.event.id));
  return [...files.filter(open), ...events.filter((event) => open(event) && !withFile.has(event.id))];
}
