// Saves each choice and each note by itself, one after the other, until the server has confirmed it.
// What is called saved is what the server said; what it has not confirmed stays in the form, and leaving asks first.

const form = document.querySelector("form[data-autosave]");
const words = form.dataset;
const live = document.querySelector("#live");
const KEY_PAUSE = 600; // arrows walk through the choices
const NOTE_PAUSE = 1200;
const RETRY_FIRST = 1000;
const RETRY_MOST = 30000;
const ANSWER_LIMIT = 20000;
const CODES = { 1: "urgent", 2: "some", 3: "none" };

const pauses = new Map(); // field → timer until it is queued
const queue = new Set(); // fields to send, the oldest first
const held = new Map(); // field → values that the server may hold: several where an answer got lost
const problems = new Map(); // field → what stands in the measure's line instead of "saved"
const refused = new Set(); // fields that are tried again once access is back
const settled = new Map(); // measure → its words when nothing waits
let sending = "";
let retryAfter = 0;
let retryTimer = 0;
let isLeaving = false;

const refOf = (name) => name.slice("need-".length);
const lineOf = (ref) => form.querySelector(`[data-state-for="${ref}"]`);
const shown = (name) => form.elements[`was-${name}`];
const value = (name) => form.elements[name].value; // radios of one name have one value together
const isWaiting = (name) => pauses.has(name) || queue.has(name) || sending === name;
const findChanged = () => [...form.querySelectorAll("input[name^=was-]")]
  .map((field) => field.name.slice("was-".length)).find((name) => value(name) !== shown(name).value);

function show(ref) {
  const line = lineOf(ref);
  const names = [`need-${ref}`, `note-${ref}`];
  const against = names.flatMap((name) => problems.get(name) ?? []);
  const waits = names.some(isWaiting);
  line.dataset.state = against.length ? "unsaved" : waits ? "waiting" : "saved";
  if (against.length) line.replaceChildren(...against);
  else if (waits) line.textContent = retryAfter ? words.offline : words.waiting;
  else line.textContent = settled.get(ref) ?? "";
}

function changed(name, pause) {
  problems.delete(name);
  refused.delete(name);
  clearTimeout(pauses.get(name));
  pauses.set(name, setTimeout(() => {
    pauses.delete(name);
    queue.add(name);
    send();
  }, pause));
  show(refOf(name));
}

async function send() {
  if (sending || queue.size === 0) return;
  clearTimeout(retryTimer);
  const [name] = queue;
  queue.delete(name);
  const text = value(name);
  const values = held.get(name) ?? new Set([shown(name).value]);
  const was = [...values].find((one) => one !== text);
  if (was === undefined) {
    show(refOf(name)); // changed back before it was sent
  } else {
    held.set(name, values.add(text));
    sending = name;
    const { status, answer } = await post({ [name]: text, [`was-${name}`]: was });
    sending = "";
    if (answer?.at && answer.conflicts.length === 0) confirm(name, text, answer);
    else if (answer?.conflicts) meet(name, answer.conflicts[0]);
    else if (answer && status < 500 && status !== 429) refuse(name, answer);
    else return again(name);
    show(refOf(name));
  }
  send();
}

// The token ends with its session. Whoever came back in by the link, such as in another tab, gets a new one here.
async function post(fields) {
  const ask = () => request(new URLSearchParams({ csrf_token: value("csrf_token"), ...fields }));
  const got = await ask();
  if (got.status !== 400) return got;
  const page = await request();
  const token = new DOMParser().parseFromString(page.text ?? "", "text/html").querySelector("input[name=csrf_token]");
  if (!token) return page;
  form.elements.csrf_token.value = token.value;
  return ask();
}

async function request(body) {
  try {
    const signal = AbortSignal.timeout(ANSWER_LIMIT);
    const headers = { Accept: "application/json" };
    const response = await fetch(form.action, { method: body ? "POST" : "GET", body, headers, signal });
    const text = await response.text();
    const isJson = response.headers.get("Content-Type")?.startsWith("application/json");
    return { status: response.status, text, answer: isJson ? JSON.parse(text) : null };
  } catch {
    return {}; // no network or no answer in time
  }
}

// The server holds this value: it stands beside the field from now on, and a first rating counts.
function store(name, text) {
  const isFirst = name.startsWith("need-") && !shown(name).value && text;
  shown(name).value = text;
  held.delete(name);
  problems.delete(name);
  if (!isFirst) return;
  for (const progress of document.querySelectorAll("[data-progress]")) {
    progress.textContent = progress.textContent.replace(/\d+/, (done) => Number(done) + 1);
  }
}

function confirm(name, text, answer) {
  store(name, text);
  retryAfter = 0;
  settled.set(refOf(name), `${words.saved} ${answer.at}`);
  live.textContent = settled.get(refOf(name));
  tryRefused();
}

function refuse(name, answer) {
  problems.set(name, [[answer.message, ...Object.values(answer.errors ?? {}), answer.next ?? ""].join(" ")]);
  live.textContent = problems.get(name)[0];
  if (!answer.errors) refused.add(name);
}

function tryRefused() {
  for (const name of refused) queue.add(name);
  refused.clear();
  send();
}

function again(name) {
  queue.add(name);
  if (!retryAfter) live.textContent = words.offline;
  retryAfter = Math.min(RETRY_MOST, retryAfter * 2 || RETRY_FIRST);
  retryTimer = setTimeout(send, retryAfter);
  for (const waiting of queue) show(refOf(waiting));
}

// Another value is stored than the one this page showed: this person chooses, having seen both.
function meet(name, conflict) {
  if (held.get(name).has(conflict.stored)) { // our own, only its answer got lost
    store(name, conflict.stored);
    queue.add(name);
    return;
  }
  const text = `${words.conflict} ${words.theirs} ${conflict.stored_text}. ${words.yours} ${conflict.wanted_text}. `;
  const decide = (label, wanted) => {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "btn btn-quiet";
    button.textContent = label;
    button.addEventListener("click", () => {
      store(name, conflict.stored);
      settled.set(refOf(name), words.kept);
      choose(name, wanted);
      changed(name, 0);
    });
    return button;
  };
  problems.set(name, [text, decide(words.keepTheirs, conflict.stored), " ", decide(words.takeMine, conflict.wanted)]);
  live.textContent = text;
}

// Write a value into its field and put the focus there.
function choose(name, wanted) {
  const field = form.elements[name];
  if (field instanceof RadioNodeList) for (const radio of field) radio.checked = radio.value === wanted;
  else field.value = wanted;
  (field instanceof RadioNodeList ? [...field].find((radio) => radio.checked) ?? field[0] : field).focus();
}

let byKeyboard = false;
form.addEventListener("pointerdown", () => { byKeyboard = false; });
form.addEventListener("keydown", (event) => {
  byKeyboard = true;
  if (event.target.type !== "radio" || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "Enter") event.preventDefault(); // would send the whole page and lead back to its top
  const code = CODES[event.key];
  if (!code) return;
  choose(event.target.name, code);
  changed(event.target.name, 0);
});
form.addEventListener("change", ({ target }) => {
  if (target.type === "radio") changed(target.name, byKeyboard ? KEY_PAUSE : 0);
  else if (pauses.has(target.name)) changed(target.name, 0); // done with the note: no need to wait longer
});
form.addEventListener("input", ({ target }) => {
  if (target.matches("textarea")) changed(target.name, NOTE_PAUSE);
});

// The button that saves the whole page would lead to the browser's error page where there is no network.
form.addEventListener("submit", (event) => {
  const unsaved = findChanged();
  isLeaving = navigator.onLine || !unsaved;
  if (isLeaving) return;
  event.preventDefault();
  live.textContent = words.offline;
  lineOf(refOf(unsaved)).scrollIntoView({ block: "center" });
});
window.addEventListener("beforeunload", (event) => {
  if (!isLeaving && (sending || queue.size > 0 || findChanged())) event.preventDefault();
});
window.addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
window.addEventListener("focus", tryRefused);
window.addEventListener("online", () => { retryAfter = 0; send(); });

for (const line of form.querySelectorAll("[data-state-for]")) settled.set(line.dataset.stateFor, line.textContent);
form.autocomplete = "off"; // else the browser puts old choices over what the server has sent
form.classList.add("is-autosaving");
