// A page that shows how work goes on renews its live part until there is none;
// `data-live="15"` says how many seconds lie between two looks.

const PAUSE = 1000 * Number(document.querySelector("[data-live]")?.dataset.live || 1.5);

async function renew() {
  const live = document.querySelector("[data-live]");
  if (!live) return;
  let page;
  try {
    const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
    if (!answer.ok || answer.redirected) {
      location.reload();
      return;
    }
    page = new DOMParser().parseFromString(await answer.text(), "text/html");
  } catch {
    setTimeout(renew, PAUSE * 4); // the network is away for a moment
    return;
  }
  const fresh = page.querySelector("[data-live]");
  if (!fresh) {
    location.reload();
    return;
  }
  live.replaceWith(document.adoptNode(fresh));
  setTimeout(renew, PAUSE);
}

setTimeout(renew, PAUSE);
