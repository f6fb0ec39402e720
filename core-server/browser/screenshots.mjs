// Writes docs/screenshots: the pages as people see them, wide and narrow, light and dark.
import { mkdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { browser, plant, service } from "./service.mjs";

const folder = process.argv[2] ?? fileURLToPath(new URL("../../docs/screenshots", import.meta.url));
await mkdir(folder, { recursive: true });
const app = await service();
const chromium = await browser();
try {
  const ids = await plant(app);
  const shots = [
    ["alarms-light", "/", 1400, 760, "light"],
    ["alarms-dark", "/", 1400, 760, "dark"],
    ["alarms-narrow", "/", 400, 860, "light"],
    ["threshold", `/alarms/${ids[0]}`, 1400, 900, "light"],
    ["model", `/alarms/${ids[3]}`, 1400, 900, "dark"],
    ["model-narrow", `/alarms/${ids[3]}`, 400, 1100, "light"],
    ["model-health", "/models", 1400, 900, "light"],
  ];
  for (const [name, path, width, height, colorScheme] of shots) {
    const context = await chromium.newContext({ viewport: { width, height }, colorScheme, deviceScaleFactor: 1 });
    await context.addCookies([{ name: "core_server_name", value: "Ana", url: app.url }]);
    const page = await context.newPage();
    await page.goto(app.url + path);
    await page.waitForTimeout(300);
    await page.screenshot({ path: `${folder}/${name}.png` });
    await context.close();
  }
} finally {
  await chromium.close();
  await app.close();
}
