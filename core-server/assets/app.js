// The page works without this. With it, alarms arrive and change in place. Nothing here makes markup from data: what is
// shown comes from the server, which escapes it, or is set as text.
"use strict";

const said = document.getElementById("said");
const say = (text) => { said.textContent = text; clearTimeout(say.later); say.later = setTimeout(() => { said.textContent = ""; }, 6000); };

const parsed = (html) => new DOMParser().parseFromString(html, "text/html");

// A row comes without its table, which a parser would not take.
function replaceRow(row, html) {
  const fresh = parsed(`<table><tbody>${html}</tbody></table>`).querySelector("tr");
  if (!fresh) return;
  const had = row.contains(document.activeElement);
  row.replaceWith(fresh);
  if (had) (fresh.querySelector("button") ?? fresh.querySelector(".c-message a")).focus();
}

// Acknowledge and resolve in place.
document.addEventListener("click", async (event) => {
  const button = event.target.closest("tr button[formaction]");
  if (!button || !button.form.reportValidity()) return;
  event.preventDefault();
  button.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(button.formAction, { method: "POST", body: new URLSearchParams(new FormData(button.form)), headers: { "x-part": "row" } });
    const html = await answer.text();
    if (!answer.ok) throw new Error(parsed(html).querySelector(".failed")?.textContent ?? answer.statusText);
    replaceRow(button.closest("tr"), html);
    say(`Done: ${button.getAttribute("aria-label")}`);
  } catch (error) {
    say(`Not done: ${error.message}`);
    button.removeAttribute("aria-busy");
  }
});

const live = document.getElementById("live");
if (live) listen();

function listen() {
  const connection = document.getElementById("connection");
  const news = document.getElementById("news");
  const arrived = new Set();
  let last = live.dataset.after;
  let source;

  const show = (state, text) => { connection.hidden = false; connection.className = state; connection.textContent = text; };
  const announce = () => { news.hidden = false; news.textContent = arrived.size === 1 ? "1 new alarm" : `${arrived.size} new alarms`; };
  const concerns = (alarm) => ["origin", "severity", "sensor"].every((name) => {
    const wanted = live.dataset[name];
    return !wanted || wanted === alarm[name === "sensor" ? "sensor_id" : name];
  });

  function connect() {
    source = new EventSource(`/api/alarms/stream?after=${encodeURIComponent(last)}`);
    source.onopen = () => show("live", "live");
    source.onerror = () => {
      show("away", `not connected, shown is what was there at ${new Date().toLocaleTimeString()}`);
      // A browser tries again by itself, unless the answer was an error.
      if (source.readyState === EventSource.CLOSED) setTimeout(connect, 2000);
    };
    source.addEventListener("raised", (event) => {
      last = event.lastEventId;
      const alarm = JSON.parse(event.data);
      if (document.getElementById(`a-${alarm.id}`) || !concerns(alarm)) return;
      arrived.add(alarm.id);
      announce();
    });
    source.addEventListener("changed", async (event) => {
      const row = document.getElementById(`a-${JSON.parse(event.data).id}`);
      // Not under the hands of who works there.
      if (!row || row.contains(document.activeElement) || row.querySelector("[aria-busy]")) return;
      const answer = await fetch(`/alarms/${row.id.slice(2)}/row`);
      if (answer.ok) replaceRow(row, await answer.text());
    });
    source.addEventListener("reset", () => { news.hidden = false; news.textContent = "The list has changed"; });
  }

  // The new alarms come in when they are asked for: what is being read does not move before.
  news.addEventListener("click", async () => {
    const answer = await fetch(location.href).catch(() => undefined);
    if (!answer?.ok) return say("Not done: the service does not answer");
    const fresh = parsed(await answer.text()).getElementById("live");
    for (const id of arrived) fresh.querySelector(`#a-${id}`)?.classList.add("new");
    arrived.clear();
    news.hidden = true;
    for (const part of [".top", ".list"]) {
      const [here, there] = [live.querySelector(part), fresh.querySelector(part)];
      if (here && there) here.replaceWith(there);
    }
    document.getElementById("content").focus({ preventScroll: false });
  });

  connect();
  addEventListener("pagehide", () => source.close());
}
