// What pages gain when scripts run; every page works without this file.
"use strict";

// Errors first: the summary gets the focus, and its links lead into the field or the first choice of a group.
const summary = document.querySelector("[data-error-summary]");
if (summary) {
  summary.focus();
  summary.addEventListener("click", (event) => {
    const link = event.target.closest("a[href^='#']");
    const target = link && document.getElementById(link.hash.slice(1));
    if (!target) return;
    event.preventDefault();
    const control = target.matches("fieldset") ? target.querySelector("input") : target;
    (control || target).focus({ preventScroll: true });
    (target.closest(".field") || target).scrollIntoView({ block: "start" });
  });
}

// A form is sent once. A form that may be sent again (a download, say) has data-repeatable.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post" || "repeatable" in form.dataset) return;
  if ("sent" in form.dataset) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "";
  if (event.submitter) event.submitter.setAttribute("aria-disabled", "true");
});
// Whoever signs out leaves no names on the phone; what is not sent yet stays, unread, until they come back.
document.addEventListener("submit", (event) => {
  if (!("leaves" in event.target.dataset)) return;
  try {
    localStorage.removeItem("enishi-visits-choices");
  } catch {
    // Where nothing may be kept, nothing was.
  }
});
window.addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  for (const form of document.querySelectorAll("form[data-sent]")) {
    delete form.dataset.sent;
    for (const button of form.querySelectorAll("[aria-disabled]")) button.removeAttribute("aria-disabled");
  }
});

// Long work: a region with data-poll-url is fetched anew until it holds an element with data-done.
for (const region of document.querySelectorAll("[data-poll-url]")) {
  let pause = 1000;
  const finished = () => {
    const done = region.querySelector("[data-done]") !== null;
    region.setAttribute("aria-busy", String(!done)); // Screen readers speak when it is done, not each second.
    return done;
  };
  const refresh = async () => {
    if (!document.hidden) {
      try {
        const url = new URL(region.dataset.pollUrl, location.href);
        if (url.origin !== location.origin) return;
        const answer = await fetch(url, { credentials: "same-origin", redirect: "error" });
        if ([401, 403, 404, 410].includes(answer.status)) return;
        if (!answer.ok) throw new Error(answer.statusText);
        const html = await answer.text();
        if (html.trim() !== region.innerHTML.trim()) region.innerHTML = html;
        pause = 1000;
      } catch {
        pause = Math.min(pause * 2, 30000);
      }
    }
    if (!finished()) setTimeout(refresh, pause);
  };
  if (!finished()) setTimeout(refresh, pause);
}

// The menu of small screens closes on Escape and gives the focus back.
const menu = document.querySelector(".site-menu");
if (menu) {
  menu.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !menu.open) return;
    menu.open = false;
    menu.querySelector("summary").focus();
  });
}

// Answers in place (components/layout.html: in_place): whatever cannot be put into its region is shown as a page.
document.addEventListener("htmx:before:swap", (event) => {
  const { ctx, tasks } = event.detail;
  if (!ctx.select || tasks.some((task) => task.type === "main" && task.fragment.childElementCount > 0)) return;
  event.preventDefault();
  if (ctx.request.method === "GET" || ctx.response.raw.redirected) {
    location.assign(ctx.response.raw.url);
    return;
  }
  const page = new DOMParser().parseFromString(ctx.text, "text/html");
  const main = page.querySelector("main");
  if (!main) return location.reload();
  document.title = page.title;
  document.querySelector("main").replaceWith(document.adoptNode(main));
  main.focus();
});
document.addEventListener("htmx:error", (event) => {
  const source = event.target;
  if (source.matches("form")) HTMLFormElement.prototype.submit.call(source);
  else if (source.href) location.assign(source.href);
});

// Passkeys: the form is shown where the browser can ask a device, and is sent with the device's answer.
const toBytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (one) => one.charCodeAt(0));
const toText = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
const askDevice = async (form) => {
  const answer = await fetch(form.dataset.options, { method: "POST", body: new FormData(form) });
  if (!answer.ok) throw new Error(answer.statusText);
  const publicKey = await answer.json();
  publicKey.challenge = toBytes(publicKey.challenge);
  if (publicKey.user) publicKey.user.id = toBytes(publicKey.user.id);
  for (const known of publicKey.excludeCredentials || []) known.id = toBytes(known.id);
  const credential = await navigator.credentials[form.dataset.passkey]({ publicKey });
  const response = {};
  for (const part of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (credential.response[part]) response[part] = toText(credential.response[part]);
  }
  if (credential.response.getTransports) response.transports = credential.response.getTransports();
  return JSON.stringify({ id: credential.id, rawId: toText(credential.rawId), type: credential.type, response });
};
if (window.PublicKeyCredential) {
  for (const part of document.querySelectorAll("[data-needs-passkeys]")) part.hidden = false;
  for (const form of document.querySelectorAll("form[data-passkey]")) {
    form.hidden = false;
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const failed = form.querySelector("[data-passkey-failed]");
      failed.hidden = true;
      try {
        form.elements.credential.value = await askDevice(form);
        form.submit();
      } catch {
        failed.hidden = false; // The person closed the device's window, or the device has no passkey for us.
      }
    });
  }
}

// Print: the button shows itself where scripts run; everywhere else the browser's own menu prints.
for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}

// Writing a need: what is typed is kept by itself; the form itself is sent for good only by its buttons.
for (const form of document.querySelectorAll("form[data-keep]")) {
  const said = form.querySelector("[data-saved]");
  let waiting;
  let sending = new AbortController();
  const keep = async () => {
    const typed = new FormData(form);
    typed.delete("_once"); // That token counts the one time when the form is sent for good.
    sending = new AbortController();
    try {
      const body = new URLSearchParams(typed);
      const answer = await fetch(form.dataset.keep, { method: "POST", body, redirect: "error", signal: sending.signal });
      if (answer.ok) said.textContent = await answer.text();
    } catch {
      // Without a connection the next change tries again; the words still stand in the form.
    }
  };
  form.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(keep, 1500);
  });
  form.addEventListener("submit", () => {
    clearTimeout(waiting);
    sending.abort();
  });
}

// The button that takes a step back goes away with its time, unless somebody is about to press it.
for (const way of document.querySelectorAll("[data-undo]")) {
  const leave = () => (way.contains(document.activeElement) ? setTimeout(leave, 5000) : way.remove());
  setTimeout(leave, 15000);
}

// Pass on: the phone's own way of sharing, or else the clipboard; without either the plain address stands there.
for (const button of document.querySelectorAll("[data-share]")) {
  if (!navigator.share && !navigator.clipboard) continue;
  button.hidden = false;
  button.addEventListener("click", async () => {
    try {
      if (navigator.share) {
        await navigator.share({ title: button.dataset.shareTitle, url: button.dataset.share });
      } else {
        await navigator.clipboard.writeText(button.dataset.share);
        button.textContent = button.dataset.done;
      }
    } catch {
      // The person closed the sheet, or the browser does not allow it: the address is still there to be copied.
    }
  });
}

// Points that add up: a form with data-sum says while one types what its fields with data-addend come to.
for (const form of document.querySelectorAll("form[data-sum]")) {
  const told = form.querySelector("[data-sum-of]");
  const add = () => {
    const points = [...form.querySelectorAll("[data-addend]")].map((field) => Number(field.value.normalize("NFKC")) || 0);
    const total = points.reduce((sum, one) => sum + one, 0);
    told.textContent = told.dataset.words.replace("{total}", String(total));
    told.classList.toggle("sum--wrong", total !== Number(form.dataset.sum));
  };
  told.hidden = false;
  form.addEventListener("input", add);
  add();
}

// The desk by single keys: j and k go from case to case, Enter opens it (it is a link), a leads to the decision,
// ? shows the help. They do nothing while somebody types, and can be turned off for good.
const deskKeys = document.querySelector("[data-desk-keys]");
if (deskKeys) {
  const OFF = "enishi-desk-keys-off";
  const toggle = deskKeys.querySelector("[data-desk-keys-toggle]");
  let off = false;
  try {
    off = localStorage.getItem(OFF) !== null;
  } catch {
    // Where nothing may be kept, the keys are on at each visit.
  }
  const show = () => {
    toggle.textContent = off ? toggle.dataset.turnOn : toggle.dataset.turnOff;
  };
  toggle.addEventListener("click", () => {
    off = !off;
    try {
      off ? localStorage.setItem(OFF, "") : localStorage.removeItem(OFF);
    } catch {
      // Then it holds until the page is left.
    }
    show();
  });
  show();
  deskKeys.hidden = false;
  const links = [...document.querySelectorAll("[data-case-open]")];
  const current = () => document.activeElement.closest("[data-case]");
  const go = (step) => {
    const here = links.findIndex((link) => link.closest("[data-case]") === current());
    const next = here < 0 ? links[0] : links[here + step];
    if (!next) return;
    next.focus();
    next.closest("[data-case]").scrollIntoView({ block: "nearest" });
  };
  document.addEventListener("keydown", (event) => {
    if (off || event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
    if (event.target.closest("input, select, textarea, [contenteditable]")) return;
    if (event.key === "j") go(1);
    else if (event.key === "k") go(-1);
    else if (event.key === "a") current()?.querySelector("[data-case-decide]")?.click();
    else if (event.key === "?") {
      deskKeys.open = true;
      deskKeys.querySelector("summary").focus();
    } else return;
    event.preventDefault();
  });
}
