// Runs a command with DATABASE_URL set to a TimescaleDB of its own, empty and in memory, and ends with its exit code.
//
//   node with.mjs cargo run -p entity-codegen

import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const [command, ...args] = process.argv.slice(2);
if (!command) {
  console.error('usage: node with.mjs COMMAND [ARGUMENT…]');
  process.exit(2);
}
const server = spawn(process.execPath, [fileURLToPath(new URL('serve.mjs', import.meta.url)), '--port', '0'], {
  stdio: ['pipe', 'pipe', 'inherit'],
  env: { ...process.env, STOP_WITH_STDIN: '1' },
});
server.on('exit', (code) => {
  console.error(`the scratch database ended early (exit code ${code})`);
  process.exit(1);
});
let output = '';
server.stdout.on('data', (chunk) => {
  output += chunk;
  const ready = /^ready (\S+)$/m.exec(output);
  if (!ready) return;
  server.stdout.removeAllListeners('data');
  const child = spawn(command, args, { stdio: 'inherit', env: { ...process.env, DATABASE_URL: ready[1] } });
  const end = (code) => {
    server.removeAllListeners('exit');
    server.kill();
    process.exit(code);
  };
  child.on('error', (error) => {
    console.error(`cannot run ${command}: ${error.message}`);
    end(1);
  });
  child.on('exit', (code) => end(code ?? 1));
});
