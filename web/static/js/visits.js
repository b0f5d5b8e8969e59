// Visits without a connection: what is typed stays on this phone until the server has it. Pages work without this file.
"use strict";

const box = document.querySelector("[data-visits]");
const form = document.querySelector("form[data-visit]");
const NAME = "enishi-visits";
const CHOICES = "enishi-visits-choices";
const AGAIN = 30000;
const SOON = 3000;
const UNSENT = new Set(["csrf_token", "_once"]); // Both belong to the page, not to the visit.

const read = () => JSON.parse(localStorage.getItem(NAME) || "[]");
const write = (entries) => localStorage.setItem(NAME, JSON.stringify(entries));
const put = (entry) => write([...read().filter((one) => one.key !== entry.key), entry]);
const drop = (key) => write(read().filter((one) => one.key !== key));
const own = (entry) => entry.account === box.dataset.account;
const said = (state) => box.dataset[state];
// Two open pages do not send the same visit at the same moment; the server would keep it once all the same.
const alone = (work) => (navigator.locks ? navigator.locks.request(NAME, work) : work());

// The form that is opened without a connection is the same for everybody; what it asks about this phone remembers.
const isShell = form !== null && "offline" in form.dataset;
const CHOSEN_FROM = ["area", "participant"];
const choices = () => JSON.parse(localStorage.getItem(CHOICES) || "null");

// A list of places or bodies; where the bodies are too many for one, the names that are suggested stand for them.
const choicesOf = (control) => {
  const first = control.list ? [["", ""]] : [];
  return [...first, ...[...(control.list || control).options].map(({ value, text }) => [value, text || value])];
};

const rememberChoices = () => {
  const told = { account: box.dataset.account };
  for (const name of CHOSEN_FROM) told[name] = choicesOf(form.elements[name]);
  localStorage.setItem(CHOICES, JSON.stringify(told));
};

const offerChoices = () => {
  const told = choices();
  form.hidden = told === null;
  document.querySelector("[data-visits-unknown]").hidden = told !== null;
  if (told === null) return;
  box.dataset.account = told.account;
  for (const name of CHOSEN_FROM) {
    form.elements[name].replaceChildren(...told[name].map(([value, text]) => new Option(text, value)));
  }
  // Written as 2026-11-22, wherever the phone believes it is.
  form.elements.visited_on.defaultValue = new Intl.DateTimeFormat("sv", { timeZone: "Asia/Tokyo" }).format();
  form.elements.sent_key.value = freshKey();
};

let keeps = false;
try {
  write(read());
  keeps = box !== null;
} catch {
  // Where nothing may be kept, the form is sent as every other form is.
}

const freshKey = () =>
  [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");

const textOf = (name) => {
  const control = form.elements[name];
  return control.value && control.selectedOptions ? control.selectedOptions[0].text : control.value;
};

const keep = (state) => {
  const fields = [...new FormData(form)].filter(([name]) => !UNSENT.has(name));
  const words = form.elements.heard.value || form.elements.seen.value;
  const where = textOf("participant") || textOf("area");
  const title = [form.elements.visited_on.value, where].filter(Boolean).join(" ");
  const entry = { key: form.elements.sent_key.value, account: box.dataset.account, state, fields, title, words };
  put(entry);
  return entry;
};

const fill = (entry) => {
  for (const [name, value] of entry.fields) {
    const control = form.elements[name];
    if (control) control.value = value; // A group of radio buttons takes its value like a field.
  }
  form.hidden = false;
  form.elements.heard.focus();
};

// Returns the address of the visit's page, or the state in which the visit stays here.
const send = async (entry) => {
  const body = new URLSearchParams(entry.fields);
  body.set("csrf_token", document.querySelector("[name=csrf_token]").value);
  let answer;
  try {
    const headers = { Accept: "application/json" };
    answer = await fetch(box.dataset.send, { method: "POST", body, headers, redirect: "manual" });
    if (answer.status === 201) return { url: (await answer.json()).url };
  } catch {
    return { state: "waiting" };
  }
  // The way to the sign-in, or a token of a session that is over.
  if (answer.type === "opaqueredirect" || answer.status === 400) return { state: "signedOut" };
  if (answer.status === 422) return { state: "wrong" };
  if ([403, 404, 409, 413].includes(answer.status)) return { state: "refused" };
  return { state: "waiting" };
};

const show = (sent = []) => {
  const list = box.querySelector("[data-visits-list]");
  const shown = read().filter((entry) => !form || form.hidden || entry.key !== form.elements.sent_key.value);
  list.replaceChildren();
  for (const entry of [...sent, ...shown]) {
    const line = box.querySelector("[data-visits-entry]").content.cloneNode(true);
    const part = (name) => line.querySelector(`[data-${name}]`);
    if (own(entry)) {
      part("title").textContent = entry.title;
      part("text").textContent = entry.words;
      part("state").textContent = said(entry.url ? "sent" : entry.state);
      if (entry.url) {
        part("show").href = entry.url;
        part("show").hidden = false;
      } else {
        part("sign-in").hidden = entry.state !== "signedOut";
        // What may have reached the server is not changed here any more: it would be kept there as it was.
        part("open").hidden = !["typing", "wrong", "refused"].includes(entry.state);
        part("open").addEventListener("click", () => {
          if (form) fill(entry);
          else location.assign(`${box.dataset.send}#${entry.key}`);
          if (form) show();
        });
        part("discard").hidden = false;
        part("discard").addEventListener("click", (event) => {
          if (!confirm(event.target.dataset.sure)) return;
          drop(entry.key);
          show();
        });
      }
    } else {
      part("title").textContent = said("other");
    }
    list.append(line);
  }
  box.hidden = list.childElementCount === 0;
};

const sendAll = () =>
  alone(async () => {
    if (isShell) return; // It has nothing of the account with which something could be sent.
    const sent = [];
    for (const entry of read().filter((one) => own(one) && ["waiting", "signedOut"].includes(one.state))) {
      const result = await send(entry);
      if (result.url) {
        drop(entry.key);
        sent.push({ ...entry, url: result.url });
      } else {
        put({ ...entry, state: result.state });
        if (result.state === "waiting") break;
      }
    }
    show(sent);
    if (sent.length) box.querySelector("[data-visits-said]").textContent = said("sent");
  });

if (keeps) {
  if (isShell) {
    offerChoices();
    // Back in the town: the page that can send takes over, unless somebody is writing. Not every phone says so.
    const handOver = () => "touched" in form.dataset || location.assign(form.action);
    const lookForTheTown = async () => {
      try {
        if ((await fetch(form.dataset.offline, { method: "HEAD", cache: "no-store" })).ok) handOver();
      } catch {
        // Still without a connection: the next look may find one.
      }
    };
    addEventListener("online", handOver);
    setInterval(lookForTheTown, SOON);
  } else if (form) {
    rememberChoices();
    if (navigator.serviceWorker) {
      const start = navigator.serviceWorker.register(form.dataset.worker);
      start.then((worker) => worker.active?.postMessage("keep"), () => {}); // Without it, an open form works all the same.
    }
  }
  if (form) {
    let typing;
    form.addEventListener("input", () => {
      form.dataset.touched = "";
      clearTimeout(typing);
      typing = setTimeout(() => keep("typing"), 400);
    });
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      if ("sending" in form.dataset) return;
      form.dataset.sending = "";
      clearTimeout(typing);
      const entry = keep("waiting");
      alone(async () => {
        const result = isShell ? { state: "waiting" } : await send(entry);
        delete form.dataset.sending;
        if (result.url) {
          drop(entry.key);
          location.assign(result.url);
        } else if (result.state === "wrong") {
          put({ ...entry, state: "typing" });
          HTMLFormElement.prototype.submit.call(form); // The page then says what is missing.
        } else {
          put({ ...entry, state: result.state });
          if (isShell && navigator.onLine) return location.assign(form.action);
          form.hidden = true;
          delete form.dataset.touched;
          show();
          box.querySelector("[data-visits-said]").textContent = said(result.state);
          box.querySelector("[data-visits-again]").hidden = false;
          box.scrollIntoView({ block: "start" });
        }
      });
    });
    box.querySelector("[data-visits-again]").addEventListener("click", (event) => {
      form.reset();
      form.elements.sent_key.value = freshKey();
      form.hidden = false;
      event.target.hidden = true;
      show();
      form.elements.heard.focus();
    });
    const asked = read().find((entry) => own(entry) && `#${entry.key}` === location.hash);
    if (asked) fill(asked);
  }
  show();
  sendAll();
  addEventListener("online", sendAll);
  setInterval(() => read().some((entry) => own(entry) && entry.state === "waiting") && sendAll(), AGAIN);
}
