// Saves each choice and note on its own, in order, until the server has confirmed it.
// What is shown as saved is what the server said; what is not confirmed stays in the form and is tried again.

const form = document.querySelector("form[data-autosave]");
const words = form.dataset;
const live = document.querySelector("#live");
const RETRY_FIRST = 1000;
const RETRY_MOST = 30000;
const NOTE_PAUSE = 1200;
const KEY_PAUSE = 600;

const queue = new Map(); // measure ref → the fields that wait
const timers = new Map();
let sending = null;
let retryAfter = 0;
let retryTimer = 0;

const field = (name) => form.elements[name];
const value = (name) => {
  const found = field(name);
  if (!found) return null;
  return found instanceof RadioNodeList || found.type !== "radio" ? found.value : found.checked ? found.value : "";
};
const stateOf = (ref) => form.querySelector(`[data-state-for="${ref}"]`);

function say(ref, text, kind = "") {
  const line = stateOf(ref);
  line.textContent = text;
  line.dataset.state = kind;
}

function isChanged(name) {
  const shown = form.elements[`was-${name}`];
  return Boolean(shown) && (value(name) ?? "") !== shown.value.replace(/\r\n/g, "\n");
}

function wait(ref, name, pause) {
  if (!isChanged(name)) return;
  say(ref, words.waiting, "waiting");
  clearTimeout(timers.get(name));
  timers.set(name, setTimeout(() => {
    timers.delete(name);
    queue.set(ref, (queue.get(ref) ?? new Set()).add(name));
    send();
  }, pause));
}

async function send() {
  if (sending || queue.size === 0) return;
  clearTimeout(retryTimer);
  const [ref, names] = queue.entries().next().value;
  queue.delete(ref);
  sending = { ref, names };
  const body = new FormData();
  body.set("csrf_token", value("csrf_token"));
  const sent = new Map();
  for (const name of names) {
    sent.set(name, value(name) ?? "");
    body.set(name, sent.get(name));
    body.set(`was-${name}`, form.elements[`was-${name}`].value);
  }
  let response = null;
  let answer = null;
  try {
    response = await fetch(form.action, { method: "POST", body: new URLSearchParams(body), headers: { Accept: "application/json" } });
    answer = await response.json();
  } catch {
    // no network, or no answer of ours: both are tried again
  }
  sending = null;
  if (response?.ok || response?.status === 409) confirm(ref, sent, answer);
  else if (response && answer && response.status < 500 && response.status !== 429) refuse(ref, answer);
  else return again(ref, names);
  send();
}

function confirm(ref, sent, answer) {
  retryAfter = 0;
  const conflicts = new Map(answer.conflicts.map((conflict) => [conflict.field, conflict]));
  for (const [name, text] of sent) {
    if (!conflicts.has(name)) form.elements[`was-${name}`].value = text;
  }
  if (conflicts.size > 0) {
    for (const conflict of conflicts.values()) choose(ref, conflict);
    return;
  }
  if (queue.has(ref) || [...sent.keys()].some((name) => timers.has(name))) return;
  say(ref, `${words.saved} ${answer.at}`, "saved");
  live.textContent = `${words.saved} ${answer.at}`;
}

function refuse(ref, answer) {
  const reasons = Object.values(answer.errors ?? {});
  say(ref, [answer.message, ...reasons, answer.next ?? ""].join(" ").trim(), "unsaved");
  live.textContent = stateOf(ref).textContent;
}

function again(ref, names) {
  const waiting = queue.get(ref) ?? new Set();
  for (const name of names) waiting.add(name);
  queue.set(ref, waiting);
  retryAfter = Math.min(RETRY_MOST, retryAfter ? retryAfter * 2 : RETRY_FIRST);
  for (const waitingRef of queue.keys()) say(waitingRef, words.offline, "waiting");
  live.textContent = words.offline;
  clearTimeout(retryTimer);
  retryTimer = setTimeout(send, retryAfter);
}

// Somebody else has saved another value meanwhile: show both and let the person choose.
function choose(ref, conflict) {
  const line = stateOf(ref);
  line.dataset.state = "unsaved";
  line.textContent = `${words.conflict} ${words.theirs} ${conflict.stored_text}. ${words.yours} ${conflict.wanted_text}. `;
  const decide = (label, wanted) => {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "btn btn-quiet";
    button.textContent = label;
    button.addEventListener("click", () => {
      form.elements[`was-${conflict.field}`].value = conflict.stored;
      set(conflict.field, wanted);
      say(ref, "", "");
      if (isChanged(conflict.field)) wait(ref, conflict.field, 0);
      else say(ref, words.kept, "saved");
      form.querySelector(`[id^="${conflict.field}"]`)?.focus();
    });
    line.append(button, " ");
  };
  decide(words.keepTheirs, conflict.stored);
  decide(words.takeMine, conflict.wanted);
  live.textContent = words.conflict;
  line.querySelector("button").focus();
}

function set(name, wanted) {
  const found = field(name);
  if (found instanceof RadioNodeList && !wanted) for (const radio of found) radio.checked = false;
  else found.value = wanted;
}

let byKeyboard = false;
form.addEventListener("keydown", (event) => {
  byKeyboard = true;
  const box = event.target.closest("fieldset[data-measure]");
  if (!box || event.target.matches("textarea, summary, a, button") || event.ctrlKey || event.metaKey || event.altKey) return;
  const code = { 1: "urgent", 2: "some", 3: "none" }[event.key];
  const radio = code && box.querySelector(`input[value="${code}"]`);
  if (!radio) return;
  radio.checked = true;
  radio.focus();
  wait(box.dataset.measure, radio.name, 0);
});
form.addEventListener("pointerdown", () => { byKeyboard = false; });

form.addEventListener("change", (event) => {
  const box = event.target.closest("fieldset[data-measure]");
  if (!box || !event.target.name) return;
  // arrows walk through the choices, so a choice by keyboard is saved after a pause
  wait(box.dataset.measure, event.target.name, event.target.type === "radio" && byKeyboard ? KEY_PAUSE : 0);
});
form.addEventListener("input", (event) => {
  const box = event.target.closest("fieldset[data-measure]");
  if (box && event.target.matches("textarea")) wait(box.dataset.measure, event.target.name, NOTE_PAUSE);
});

let leaving = false;
form.addEventListener("submit", () => {
  for (const timer of timers.values()) clearTimeout(timer);
  timers.clear();
  queue.clear();
  leaving = true;
});

window.addEventListener("online", () => { retryAfter = 0; send(); });
window.addEventListener("beforeunload", (event) => {
  if (!leaving && (sending || queue.size > 0 || timers.size > 0)) event.preventDefault();
});

form.classList.add("is-autosaving");
