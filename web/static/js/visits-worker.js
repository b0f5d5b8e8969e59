// Opens the form of a visit where there is no connection. It keeps the form that is the same for everybody and what it
// is drawn with, and nothing else: no page with a name, no answer of the server.
"use strict";

const KEPT = "enishi-visits";
const FORM = "/visits/new";
const SHELL = "/visits/offline";
const BUILT = "/static/built/";

const keep = async () => {
  const answer = await fetch(SHELL, { credentials: "omit", cache: "no-store" });
  if (!answer.ok) throw new Error(answer.statusText);
  const text = await answer.clone().text();
  const wanted = [...text.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, url]) => url).filter((url) => url.startsWith(BUILT));
  const cache = await caches.open(KEPT);
  await cache.addAll(wanted);
  await cache.put(SHELL, answer);
  for (const request of await cache.keys()) {
    if (![SHELL, ...wanted].includes(new URL(request.url).pathname)) await cache.delete(request);
  }
};

self.addEventListener("install", (event) => {
  self.skipWaiting();
  event.waitUntil(keep());
});
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
// A page that was opened with a connection asks for the form as it is now.
self.addEventListener("message", (event) => event.waitUntil(keep()));
self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin) return;
  if (request.mode === "navigate" && url.pathname === FORM) {
    event.respondWith(fetch(request).catch(async () => (await caches.match(SHELL)) || Response.error()));
  } else if (url.pathname.startsWith(BUILT)) {
    event.respondWith(fetch(request).catch(async () => (await caches.match(url.pathname)) || Response.error()));
  }
});
