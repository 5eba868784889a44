// A page that shows how work goes on renews its live parts until there is none;
// `data-live="15"` says how many seconds lie between two looks.

const parts = (page) => [...page.querySelectorAll("[data-live]")];
const PAUSE = 1000 * Number(document.querySelector("[data-live]")?.dataset.live || 1.5);
const later = (pause) => setTimeout(renew, pause);
// What a pointer or the keyboard is on must not move away, where there is time.
const inUse = (part) => PAUSE > 10_000 && part.querySelector(":focus, a:hover, button:hover");
const FIELDS = "main textarea, main [type=text], main input:not([type])";
const written = () => [...document.querySelectorAll(FIELDS)].some((field) => field.value);

// What has a number of things that wait beside it: the menus, of which no link is replaced.
const counted = (page) => [...page.querySelectorAll(".staff__item, .menu > summary, a.menu__item")];
const count = (item) => item?.querySelector(":scope > b");
// Whose page it is, and what its menus lead to: another role or account has other work.
const whose = (page) => page.querySelector("[data-account]")?.dataset.account;
const names = (page) => counted(page).map((item) => item.getAttribute("href")).join(" ");
const isSame = (page) => whose(page) === whose(document) && names(page) === names(document);

function renewNumbers(page) {
  const fresh = counted(page);
  counted(document).forEach((item, place) => {
    const [old, now] = [count(item), count(fresh[place])];
    if (now && old) old.replaceWith(document.adoptNode(now));
    else if (now) item.append(document.adoptNode(now));
    else old?.remove();
  });
}

async function renew() {
  if (!parts(document).length) return;
  if (document.hidden) {
    document.addEventListener("visibilitychange", renew, { once: true });
    return;
  }
  if (parts(document).some(inUse)) {
    later(PAUSE);
    return;
  }
  let page;
  try {
    // A look does not count as a person's, and the sign-in is for the person to read.
    const headers = { Accept: "text/html", "X-Live": "1" };
    const answer = await fetch(location.href, { headers, redirect: "manual" });
    if (answer.type === "opaqueredirect" || answer.status === 403 || answer.status === 404) {
      if (!written()) location.reload();
      return;
    }
    if (!answer.ok) throw new Error(answer.status);
    page = new DOMParser().parseFromString(await answer.text(), "text/html");
  } catch {
    later(PAUSE * 4); // the network or the portal is away for a moment
    return;
  }
  const [live, fresh] = [parts(document), parts(page)];
  if (fresh.length !== live.length || !isSame(page)) {
    if (!written()) location.reload();
    return;
  }
  renewNumbers(page);
  live.forEach((part, place) => part.replaceWith(document.adoptNode(fresh[place])));
  later(PAUSE);
}

later(PAUSE);
