// The whole state of a PGlite instance (its memory, its files, its open files), kept under a name and put back in place.
// A server that is put back this way is the server as it was, sessions and caches included, in a tenth of the time that
// a start takes.
//
// What the instance cannot be put back from is a library that it has loaded since: `usable` says so.

const PAGE = 64 * 1024;

// Libraries are instantiated by the constructor of WebAssembly.Instance; the count tells that one was loaded.
let instances = 0;
WebAssembly.Instance = class extends WebAssembly.Instance {
  constructor(...args) {
    super(...args);
    instances += 1;
  }
};

export class Snapshots {
  #module;
  #instances;
  #base;
  #named = new Map();

  constructor(database) {
    this.#module = database.Module;
    this.#instances = instances;
    this.#base = { memory: this.#memory().slice(), files: this.#files() };
  }

  /** False once a library was loaded after the first snapshot: its code is there, and its memory would not be. */
  get usable() {
    return instances === this.#instances;
  }

  has(name) {
    return this.#named.has(name);
  }

  /** Keeps the present state. */
  take(name) {
    const [memory, base] = [this.#memory(), this.#base.memory];
    const pages = new Map();
    for (let at = 0; at < memory.length; at += PAGE) {
      const page = memory.subarray(at, at + PAGE);
      if (at >= base.length || Buffer.compare(page, base.subarray(at, at + PAGE)) !== 0) pages.set(at, page.slice());
    }
    this.#named.set(name, { pages, files: this.#files() });
  }

  /** Puts a kept state back; without a name the first one. */
  restore(name) {
    const { pages, files } = name === undefined ? { pages: new Map(), files: this.#base.files } : this.#named.get(name);
    const memory = this.#memory();
    memory.set(this.#base.memory);
    memory.fill(0, this.#base.memory.length);
    for (const [at, page] of pages) memory.set(page, at);
    this.#putFiles(files);
  }

  #memory() {
    const { buffer } = this.#module.HEAP8;
    return new Uint8Array(buffer);
  }

  #files() {
    const { FS } = this.#module;
    const nodes = [];
    const visit = (node) => {
      const kept = { node, name: node.name, parent: node.parent, mode: node.mode, mount: node.mount };
      if (FS.isDir(node.mode)) {
        if (node.mounted || node.mount !== FS.root.mount) return;
        kept.entries = Object.entries(node.contents);
        nodes.push(kept);
        for (const [, child] of kept.entries) visit(child);
        return;
      }
      if (FS.isFile(node.mode)) kept.bytes = node.contents ? Uint8Array.from(node.contents.subarray(0, node.usedBytes)) : null;
      nodes.push(kept);
    };
    for (const child of Object.values(FS.root.contents)) if (!['dev', 'proc'].includes(child.name)) visit(child);
    const streams = FS.streams.map((stream) => stream && { stream, node: stream.node, shared: { ...stream.shared } });
    return { nodes, streams };
  }

  #putFiles({ nodes, streams }) {
    const { FS } = this.#module;
    const unhash = (node) => {
      if (FS.isDir(node.mode)) for (const child of Object.values(node.contents)) unhash(child);
      FS.hashRemoveNode(node);
    };
    for (const child of Object.values(FS.root.contents)) if (!['dev', 'proc'].includes(child.name)) unhash(child);
    for (const { node, name, parent, mode, entries, bytes } of nodes) {
      Object.assign(node, { name, parent, mode });
      if (entries) node.contents = Object.fromEntries(entries);
      if (bytes !== undefined) {
        node.contents = bytes && bytes.slice();
        node.usedBytes = bytes ? bytes.length : 0;
      }
      FS.hashAddNode(node);
    }
    FS.streams.length = 0;
    streams.forEach((kept, fd) => {
      if (!kept) {
        FS.streams[fd] = kept;
        return;
      }
      // A file that was closed since has lost its number.
      Object.assign(kept.stream, { fd, node: kept.node });
      Object.assign(kept.stream.shared, kept.shared);
      FS.streams[fd] = kept.stream;
    });
  }
}
