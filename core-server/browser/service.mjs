// The service on a database of its own, a browser, and a plant to look at.
import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const program = process.env.CORE_SERVER ?? fileURLToPath(new URL("../../target/debug/core-server", import.meta.url));

async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  await once(server, "close");
  return port;
}

// Starts the service in an empty folder. `stop` and `start` are a restart on the same address and data.
export async function service(...args) {
  const folder = await mkdtemp(join(tmpdir(), "core-server-"));
  const url = `http://127.0.0.1:${await freePort()}`;
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("DATABASE_")));
  let child;
  const start = async () => {
    child = spawn(program, ["--listen", url.slice(7), "--migrate", ...args], { cwd: folder, env: { ...env, RUST_LOG: "warn" }, stdio: ["ignore", "ignore", "inherit"] });
    const ended = once(child, "exit").then(([code]) => { throw new Error(`core-server ended with ${code}`); });
    const answers = async () => {
      for (;;) {
        if (await fetch(`${url}/health`).then((answer) => answer.ok, () => false)) return;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    };
    await Promise.race([ended, answers()]);
    ended.catch(() => {});
  };
  const stop = async () => {
    const ended = once(child, "exit");
    child.kill("SIGTERM");
    await ended;
  };
  const post = async (path, body) => {
    const answer = await fetch(url + path, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });
    if (!answer.ok) throw new Error(`${path}: ${await answer.text()}`);
    return answer.json();
  };
  await start();
  return { url, start, stop, post, close: async () => { await stop(); await rm(folder, { recursive: true }); } };
}

export const browser = () => chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox", "--disable-dev-shm-usage"] });

const minutes = (ago) => new Date(Date.now() - ago * 60_000).toISOString();

export const threshold = (sensor_id, ago, severity, value, limit, message) =>
  ({ sensor_id, raised_at: minutes(ago), severity, origin: "threshold", value, threshold: limit, message });

export const anomaly = (sensor_id, ago, severity, score, value, message, more = {}) =>
  ({ sensor_id, raised_at: minutes(ago), severity, origin: "anomaly_model", anomaly_score: score, value, message, model_name: "plant forest", model_version: "2.1", context: { cut_off: 0.9 }, ...more });

// Two days of a plant: sensors, what they measured, and alarms that people have dealt with.
export async function plant(app) {
  const sensors = [["pump-2", "pressure", "bar", 6.1, 0.3, 0], ["motor-4", "vibration", "mm/s", 2.4, 0.4, 0], ["fan-11", "speed", "rpm", 1450, 20, 0], ["press-3", "force", "kN", 210, 6, 1500]];
  for (const [sensor_id, type, unit, mean, spread, silent] of sensors) {
    await app.post("/api/sensors", { sensor_id, type, location: "hall 2" });
    const readings = [];
    for (let ago = 2880; ago >= silent; ago -= 10) {
      const wave = Math.sin(ago / 90) + Math.sin(ago / 17) / 3;
      // The pump was under pressure last night, and the motor begins to shake.
      const pressed = sensor_id === "pump-2" && ago < 420 && ago > 300 ? 1.9 * Math.sin(((420 - ago) / 120) * Math.PI) : 0;
      const shaking = sensor_id === "motor-4" && ago < 200 ? (200 - ago) / 90 : 0;
      readings.push({ sensor_id, timestamp: minutes(ago), value: mean + spread * wave + pressed + shaking, sensor_type: type, unit });
      readings.push({ sensor_id: `${sensor_id}:score`, timestamp: minutes(ago), value: Math.min(0.99, 0.25 + 0.1 * wave + shaking / 3 + pressed / 6) });
    }
    await app.post("/api/readings", readings);
  }
  const alarms = [
    threshold("pump-2", 372, "critical", 7.66, 7.5, "pressure above its limit"),
    threshold("fan-11", 1900, "info", 1398, 1400, "speed below its target"),
    threshold("fan-11", 700, "warning", 1612, 1600, "speed above its limit"),
    anomaly("motor-4", 38, "critical", 0.97, 4.31, "vibration pattern not seen before"),
    anomaly("motor-4", 2100, "warning", 0.91, 2.9, "vibration pattern not seen before"),
    anomaly("motor-4", 1500, "warning", 0.92, 2.8, "vibration pattern not seen before"),
    anomaly("pump-2", 365, "warning", 0.93, 7.6, "pressure rises faster than usual"),
    threshold("press-3", 1520, "warning", 238, 230, "force above its limit"),
  ];
  for (let day = 3; day < 30; day += 2) alarms.push(anomaly(day % 3 ? "motor-4" : "pump-2", day * 1440 + day * 37, day % 4 ? "warning" : "info", 0.9 + (day % 10) / 100, 3.1, "pattern not seen before"));
  const { ids } = await app.post("/api/alarms", alarms);
  // What people did: the old ones are dealt with and judged.
  const verdicts = ["false_alarm", "real", "false_alarm", "known", "real", "real"];
  for (const [place, id] of ids.entries()) {
    if (place === 4 || place === 5 || place >= 8) {
      await app.post(`/api/alarms/${id}/verdict`, { by: place % 2 ? "Ana" : "Bo", verdict: verdicts[place % verdicts.length], note: place === 4 ? "belt was changed" : "" });
    }
    if (place >= 8) await app.post(`/api/alarms/${id}/resolve`, { by: "Ana" });
  }
  await app.post(`/api/alarms/${ids[2]}/acknowledge`, { by: "Bo" });
  for (const ago of [30, 20, 5]) await app.post(`/api/alarms/${ids[3]}/seen`, { at: minutes(ago) });
  return ids;
}
