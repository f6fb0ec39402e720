// The alarms page as people use it, in a real browser.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, afterEach, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { Validator } from "@seriousme/openapi-schema-validator";
import { anomaly, browser, plant, service, threshold } from "./service.mjs";

const axe = await readFile(fileURLToPath(import.meta.resolve("axe-core/axe.min.js")), "utf8");
let chromium, app, ids;
const contexts = [];

before(async () => {
  [chromium, app] = await Promise.all([browser(), service()]);
});
after(async () => {
  await chromium?.close();
  await app?.close();
});
afterEach(async () => {
  for (const context of contexts.splice(0)) await context.close();
});

// A page; anything that goes wrong in its scripts, or that its policy forbids, fails the test.
async function open(path, options = {}) {
  const context = await chromium.newContext({ viewport: { width: 1400, height: 900 }, ...options });
  contexts.push(context);
  context.setDefaultTimeout(8000);
  const page = await context.newPage();
  page.on("pageerror", (error) => assert.fail(error));
  page.on("console", (message) => { if (message.type() === "error" && !/ERR_|Failed to load/.test(message.text())) assert.fail(message.text()); });
  await page.goto(app.url + path);
  return page;
}

const rows = (page) => page.locator("table.alarms tbody tr");
const connected = (page) => page.locator("#connection.live").waitFor();

test("an empty list says so, and is filled by what arrives", async () => {
  const page = await open("/");
  assert.match(await page.locator(".empty").innerText(), /No alarms/);
  await connected(page);
  ids = await plant(app);
  await page.locator("#news").filter({ hasText: `${ids.length} new alarms` }).click();
  await rows(page).first().waitFor();
  assert.equal(await rows(page).count(), ids.length);
});

test("the list shows evidence by origin", async () => {
  const page = await open("/");
  const of = (id) => page.locator(`#a-${id}`);
  assert.match(await of(ids[0]).innerText(), /critical\s+Threshold\s+pump-2\s+7\.66 bar > 7\.5/);
  assert.match(await of(ids[3]).innerText(), /critical\s+Model\s+motor-4\s+score 0\.97/);
  assert.equal(await of(ids[3]).locator("svg.score").count(), 1);
});

test("open alarms come first, then the worst, then the newest", async () => {
  const page = await open("/");
  const [places, classes] = await rows(page).evaluateAll((all) => [all.map((row) => row.id.slice(2)), all.map((row) => row.className)]);
  const rank = (row) => ["critical", "warning", "info"].findIndex((word) => row.includes(word)) + (row.includes("resolved") ? 3 : 0);
  const ranks = classes.map(rank);
  assert.deepEqual(ranks, ranks.toSorted((a, b) => a - b));
  assert.deepEqual(places.slice(0, 2), [ids[3], ids[0]]);
  assert.match(await page.locator(`#a-${ids[3]} .c-message`).innerText(), /×4, last 5 min ago/);
  assert.match(await page.locator(".bars figcaption").innerText(), /Raised in the last 30 d: Threshold 4 Model 1\d/);
});

test("filters are kept in the address", async () => {
  const page = await open("/");
  await page.getByLabel("Origin").selectOption("anomaly_model");
  await page.getByLabel("Sensor").fill("pump-2");
  await page.getByRole("button", { name: "Filter" }).click();
  await page.waitForURL(/origin=anomaly_model.*sensor=pump-2/);
  assert.deepEqual([...new Set(await page.locator(".c-sensor").allInnerTexts())], ["pump-2"]);
  assert.deepEqual([...new Set(await page.locator(".c-origin").allInnerTexts())], ["Model"]);
  await page.reload();
  assert.equal(await page.getByLabel("Sensor").inputValue(), "pump-2");
  await page.goto(`${app.url}/?sensor=nothing`);
  assert.match(await page.locator(".empty").innerText(), /No alarm matches/);
  for (const path of ["/?origin=none", "/?hours=0.5", "/alarms/7", "/alarms/00000000-0000-0000-0000-000000000000"]) {
    await page.goto(app.url + path);
    await page.getByRole("alert").waitFor();
    await page.getByRole("link", { name: "To the alarms" }).waitFor();
  }
});

test("acknowledge and resolve in place, by name", async () => {
  const page = await open("/");
  const row = page.locator(`#a-${ids[0]}`);
  const acknowledge = row.getByRole("button", { name: "Acknowledge" });
  await acknowledge.click();
  assert.equal(await page.evaluate(() => document.activeElement.name), "by", "asks for the name first");
  await page.getByLabel("Your name").fill("Ana <b>");
  await acknowledge.click();
  await row.getByText("Acknowledged by").waitFor();
  assert.match(await row.innerText(), /by\s*Ana <b>/);
  assert.equal(await page.evaluate(() => document.activeElement.textContent), "Resolve", "the focus stays in the row");
  await page.keyboard.press("Enter");
  await row.getByText("Resolved").waitFor();
  await page.reload();
  assert.equal(await page.getByLabel("Your name").inputValue(), "Ana <b>", "the name is remembered");
});

test("new alarms wait until they are asked for, and changes of others are seen", async () => {
  const page = await open("/?sensor=motor-4");
  await connected(page);
  const before = await rows(page).count();
  await app.post("/api/alarms", [threshold("pump-2", 0, "info", 1, 2, "of another sensor"), anomaly("motor-4", 0, "critical", 0.99, 5, "shakes")]);
  const news = page.locator("#news").filter({ hasText: "1 new alarm" });
  await news.waitFor();
  assert.equal(await rows(page).count(), before, "nothing moves before it is asked for");
  await news.click();
  await page.getByText("shakes").waitFor();
  assert.equal(await rows(page).count(), before + 1);
  await app.post(`/api/alarms/${ids[4]}/acknowledge`, { by: "bo" });
  await page.locator(`#a-${ids[4]}`).getByText("Acknowledged by").waitFor();
});

test("a service that was away is found again, and nothing is missed", async () => {
  const page = await open("/");
  await connected(page);
  await app.stop();
  await page.locator("#connection.away").waitFor();
  await app.start();
  await app.post("/api/alarms", threshold("fan-11", 0, "warning", 1700, 1600, "while nobody listened"));
  await page.locator("#news:not([hidden])").waitFor({ timeout: 15000 });
  await connected(page);
  await page.locator("#news").click();
  await page.getByText("while nobody listened").waitFor();
});

test("one alarm has its curve, its limit, and what came before", async () => {
  const page = await open("/");
  await page.locator(`#a-${ids[0]} .c-message a`).click();
  await page.getByRole("heading", { name: "Evidence" }).waitFor();
  assert.match(await page.locator("figcaption").innerText(), /min above the limit; peak 7\.\d+ bar/);
  assert.equal(await page.locator(".plot line.limit").count(), 1);
  await page.goto(`${app.url}/alarms/${ids[3]}`);
  assert.equal(await page.locator(".plot path").count(), 2, "reading and score");
  assert.match(await page.locator(".plot").innerText(), /cut-off 0\.9/);
  assert.ok(await page.locator(".plain tbody tr").count() > 3);
});

test("a verdict, a task, and who did it", async () => {
  const page = await open(`/alarms/${ids[3]}`);
  await page.getByLabel("Your name").fill("Ana");
  await page.getByRole("button", { name: "False alarm" }).click();
  await page.locator(".history").getByText("found: false alarm").waitFor();
  assert.equal(await page.getByRole("button", { name: "False alarm" }).getAttribute("aria-pressed"), "true");
  await page.getByRole("button", { name: "Create maintenance task" }).click();
  await page.locator(".history").getByText("created a maintenance task").waitFor();
  assert.match(await page.locator(".history").innerText(), /Ana found: false alarm/);
  await page.goto(`${app.url}/models`);
  assert.match(await page.getByRole("region", { name: "False alarms by week" }).innerText(), /motor-4.*\d+ %/s);
  assert.match(await page.locator("body").innerText(), /press-3\s+.*25 h ago/);
  assert.match(await page.locator("body").innerText(), /alarms of models in the last 30 days reach the cut-off, 0\.9/);
});

test("works without scripts", async () => {
  const page = await open("/", { javaScriptEnabled: false });
  await page.getByLabel("Your name").fill("bo");
  await page.locator(`#a-${ids[6]}`).getByRole("button", { name: "Acknowledge" }).click();
  await page.waitForURL(/\/$/);
  assert.match(await page.locator(`#a-${ids[6]}`).innerText(), /by bo/);
});

test("the document of the API is as OpenAPI wants it", async () => {
  const document = await (await fetch(`${app.url}/api/openapi.json`)).json();
  const { valid, errors } = await new Validator().validate(document);
  assert.ok(valid, JSON.stringify(errors, null, 1));
});

for (const [colorScheme, width] of [["light", 1400], ["dark", 400]]) {
  test(`nothing is in the way of anybody: ${colorScheme}, ${width} wide`, async () => {
    const page = await open("/", { colorScheme, viewport: { width, height: 900 } });
    for (const path of ["/", `/alarms/${ids[0]}`, `/alarms/${ids[3]}`, "/models", "/api", "/?sensor=nothing", "/?origin=none"]) {
      await page.goto(app.url + path);
      await page.evaluate(axe);
      const { violations } = await page.evaluate(() => globalThis.axe.run());
      const found = violations.map(({ id, nodes }) => `${id}: ${nodes.slice(0, 3).map(({ html, any }) => `${html} ${any[0]?.message ?? ""}`).join("\n")}`);
      assert.deepEqual(found, [], path);
      assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `${path} is wider than the window`);
    }
  });
}
