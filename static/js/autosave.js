// Nothing typed is lost. What changes in the article form is kept in this browser at once and on the
// site a little later, until it is saved; a session that has ended is renewed on the spot.
import { askToSignIn } from "./sign-in-again.js";

const form = document.getElementById("article-form");
const texts = form.dataset;
const language = document.documentElement.lang;
const HERE_AFTER = 1_000;
const THERE_AFTER = 10_000;
const STILL_OPEN_EVERY = 60_000;
// What a browser lets through while its page goes away.
const KEEPALIVE_MAX = 60_000;
const FORGOTTEN_AFTER = 60 * 24 * 3_600_000;
const NOT_KEPT = ["csrf_token", "step", "cover_file", "version", "slot", "article"];
const UNSENT_IMAGE = /<img\b[^>]*\bsrc="(?:data|blob):[^>]*>/g;

const editor = () => window.hugerte?.get("body");
const opensElsewhere = (button) => button?.formTarget === "_blank";

// The slot on the site belongs to this form by a key of its own, which travels with the form.
const slot = form.elements.slot;
slot.value ||= Array.from(crypto.getRandomValues(new Uint8Array(16)), (n) =>
  n.toString(16).padStart(2, "0"),
).join("");
const prefix = `newsapp ${texts.account} ${texts.article || "new"} `;
const SENT = "newsapp sent";

let unsaved = "unsaved" in texts;
let leaving = false;
let changes = unsaved ? 1 : 0;
let keptChanges = 0;

// What is said

const state = document.getElementById("save-state");
const stateTime = document.getElementById("save-time");

// The words change only with the state, so that a screen reader hears each once; the time is silent.
function say(name) {
  const words = texts[`text${name}`];
  if (state.textContent.trim() !== words) state.textContent = words;
  stateTime.textContent = name === "Kept" ? clock(Date.now()) : "";
}

function clock(moment) {
  return new Date(moment).toLocaleTimeString(language, { hour: "2-digit", minute: "2-digit" });
}

// What is typed

function typed() {
  const fields = {};
  for (const [name, value] of new FormData(form)) {
    if (!NOT_KEPT.includes(name) && typeof value === "string") fields[name] = value;
  }
  if (editor()?.initialized) fields.body = editor().getContent();
  fields.body = fields.body.replace(UNSENT_IMAGE, "");
  return fields;
}

function put(fields) {
  for (const [name, value] of Object.entries(fields)) {
    const field = form.elements.namedItem(name);
    if (!field || NOT_KEPT.includes(name)) continue;
    field.value = value;
    if (field instanceof Element) field.dispatchEvent(new Event("input", { bubbles: true }));
  }
  if (editor()?.initialized) editor().setContent(fields.body ?? "");
  changed();
}

// In this browser

function keepHere() {
  const kept = { at: Date.now(), version: form.elements.version.value, fields: typed() };
  try {
    localStorage.setItem(prefix + slot.value, JSON.stringify(kept));
    return true;
  } catch {
    return false;
  }
}

function forgetHere(key) {
  try {
    localStorage.removeItem(key);
  } catch {
    // A browser without storage has nothing to forget.
  }
}

function keptHere() {
  const found = [];
  try {
    for (const key of Object.keys(localStorage)) {
      if (!key.startsWith(prefix)) continue;
      const kept = JSON.parse(localStorage.getItem(key));
      if (Date.now() - kept.at > FORGOTTEN_AFTER) forgetHere(key);
      else found.push({ key, ...kept });
    }
  } catch {
    return [];
  }
  return found.sort((one, other) => other.at - one.at);
}

// On the site

async function send(address, data, keepalive = false) {
  data.set("csrf_token", form.elements.csrf_token.value);
  const size = [...data].reduce((sum, [, value]) => sum + value.length * 3, 0);
  try {
    return await fetch(address, {
      method: "POST",
      body: data,
      credentials: "same-origin",
      redirect: "manual",
      keepalive: keepalive && size < KEEPALIVE_MAX,
    });
  } catch {
    return null;
  }
}

// "in", "out" or "offline"; a token of the present session is taken into the page's forms.
async function session() {
  let answer;
  try {
    answer = await fetch(texts.stillHere, { credentials: "same-origin", redirect: "manual" });
  } catch {
    return "offline";
  }
  if (answer.type === "opaqueredirect" || answer.status === 401) return "out";
  if (!answer.ok) return "offline";
  renew((await answer.json()).csrf_token);
  return "in";
}

function renew(token) {
  for (const field of document.querySelectorAll('input[name="csrf_token"]')) field.value = token;
}

let hereTimer;
let thereTimer;

function changed() {
  unsaved = true;
  changes += 1;
  say("Unsaved");
  hereTimer ??= setTimeout(() => {
    hereTimer = undefined;
    keepHere();
  }, HERE_AFTER);
  thereTimer ??= setTimeout(keepThere, THERE_AFTER);
}

async function keepThere({ closing = false, again = false } = {}) {
  clearTimeout(thereTimer);
  thereTimer = undefined;
  if (!unsaved || leaving || keptChanges === changes) return;
  const sent = changes;
  const data = new FormData();
  for (const [name, value] of Object.entries(typed())) data.set(name, value);
  data.set("article", texts.article);
  data.set("version", form.elements.version.value);
  data.set("slot", slot.value);
  const answer = await send(texts.keep, data, closing);
  if (leaving) return;
  if (answer?.ok) {
    keptChanges = sent;
    if (sent === changes) {
      clearTimeout(hereTimer);
      hereTimer = undefined;
      forgetHere(prefix + slot.value);
      say("Kept");
    }
    return;
  }
  await notKept(answer, again);
}

async function notKept(answer, again) {
  const stored = keepHere();
  if (answer?.status === 400 && !again && (await session()) === "in") {
    await keepThere({ again: true });
  } else if (!answer) {
    say(stored ? "Away" : "Unsaved");
    thereTimer ??= setTimeout(keepThere, THERE_AFTER);
  } else if ([400, 401].includes(answer.status)) {
    say("SignedOut");
    if (await signInOnce()) await keepThere();
  } else {
    say(answer.status === 409 ? "Elsewhere" : "Refused");
  }
}

// Asked once for each ended session; whoever puts it off is asked again on saving.
let putOff = false;

async function signInOnce() {
  return !putOff && (await signIn());
}

async function signIn() {
  const token = await askToSignIn(texts.signIn, texts.stillHere);
  putOff = !token;
  if (token) renew(token);
  return Boolean(token);
}

// Saving: only a form that will arrive leaves the page.

let checked = false;

form.addEventListener("submit", async (event) => {
  if (event.defaultPrevented || opensElsewhere(event.submitter)) return;
  if (checked) {
    checked = false;
    leaving = true;
    say("Saving");
    try {
      sessionStorage.setItem(SENT, prefix + slot.value);
    } catch {
      // The copy in this browser is offered once more then.
    }
    // Images that are still on their way hold the form back.
    setTimeout(() => {
      if (event.defaultPrevented) leaving = false;
    });
    return;
  }
  event.preventDefault();
  event.stopImmediatePropagation();
  say("Saving");
  keepHere();
  const found = await session();
  if (found === "offline") {
    say("Away");
  } else if (found === "out" && !(await signIn())) {
    say("SignedOut");
  } else {
    checked = true;
    form.requestSubmit(event.submitter);
  }
});

form.addEventListener("input", changed);
form.addEventListener("change", changed);
addEventListener("online", () => keepThere());
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState !== "hidden" || !unsaved || leaving) return;
  keepHere();
  keepThere({ closing: true });
});
addEventListener("pagehide", () => {
  if (!unsaved || leaving) return;
  keepHere();
  keepThere({ closing: true });
});
addEventListener("beforeunload", (event) => {
  if (unsaved && !leaving) event.preventDefault();
});
// Back in the browser's history: the page is as it was left, and may be left again.
addEventListener("pageshow", (event) => {
  if (event.persisted) leaving = false;
});

// A text that this browser still has

function offerHere() {
  const banner = document.getElementById("here-offer");
  const [kept] = keptHere().filter((one) => one.key !== prefix + slot.value);
  const onSite = document.getElementById("site-offer");
  banner.hidden = !kept;
  if (!kept) {
    if (onSite) onSite.hidden = false;
    return;
  }
  const key = kept.key.slice(prefix.length);
  // The same form's text is on the site as well, and older there.
  if (onSite) onSite.hidden = onSite.dataset.slot === key;
  document.getElementById("here-title").textContent = kept.fields.title;
  document.getElementById("here-time").textContent = new Date(kept.at).toLocaleString(language);
  document.getElementById("here-restore").onclick = () => {
    slot.value = key;
    form.elements.version.value = kept.version;
    put(kept.fields);
    banner.hidden = true;
  };
  document.getElementById("here-forget").onclick = () => {
    forgetHere(kept.key);
    offerHere();
  };
}

function forgetSaved() {
  try {
    if (!unsaved) forgetHere(sessionStorage.getItem(SENT));
    sessionStorage.removeItem(SENT);
  } catch {
    // Nothing was remembered.
  }
}

// Who else is here

async function stillOpen() {
  const answer = await send(texts.stillOpen, new FormData());
  if (answer?.status === 400) await session();
  if (!answer?.ok) return;
  const { others, version, updated_by: name } = await answer.json();
  const lines = [];
  if (others.length) lines.push(`${texts.textOthers} ${others.join(", ")}`);
  if (version > Number(form.elements.version.value)) lines.push(`${texts.textNewer} ${name}`);
  const said = document.getElementById("others");
  if (said.textContent.trim() !== lines.join(" · ")) said.textContent = lines.join(" · ");
}

forgetSaved();
offerHere();
if (unsaved) {
  keepHere();
  thereTimer = setTimeout(keepThere, THERE_AFTER);
}
if (texts.article) {
  stillOpen();
  setInterval(stillOpen, STILL_OPEN_EVERY);
}
