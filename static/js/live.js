// A page that shows how work goes on renews its live parts until there is none;
// `data-live="15"` says how many seconds lie between two looks.

const parts = (page) => [...page.querySelectorAll("[data-live]")];
const PAUSE = 1000 * Number(document.querySelector("[data-live]")?.dataset.live || 1.5);

async function renew() {
  if (!parts(document).length) return;
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
  const [live, fresh] = [parts(document), parts(page)];
  if (fresh.length !== live.length) {
    location.reload();
    return;
  }
  live.forEach((part, place) => part.replaceWith(document.adoptNode(fresh[place])));
  setTimeout(renew, PAUSE);
}

setTimeout(renew, PAUSE);
