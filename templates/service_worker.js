{% load static %}// Shows a page of the portal's own when the network is gone. It keeps nobody's data.
const FILES = [
  "{% url "offline" %}",
  "{% static "css/foundation.css" %}",
  "{% static "css/layout.css" %}",
  "{% static "css/elements.css" %}",
  "{% static "css/forms.css" %}",
  "{% static "css/pages.css" %}",
  "{% static "icons/portal.svg" %}",
];
const CACHE = "offline";

self.addEventListener("install", (event) => {
  self.skipWaiting();
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(FILES)));
});

self.addEventListener("fetch", (event) => {
  const request = event.request;
  const path = new URL(request.url).pathname;
  if (request.mode === "navigate" && request.method === "GET") {
    event.respondWith(fetch(request).catch(() => caches.match(FILES[0])));
  } else if (FILES.includes(path)) {
    event.respondWith(fetch(request).catch(() => caches.match(path)));
  }
});
