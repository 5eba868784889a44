// A large file on its way: how much of it has arrived. Without script the browser sends it as ever.

const WORTH_A_BAR = 1_000_000; // bytes
// A file may be longer on its way than a session lasts between two pages.
const STILL_HERE = 60_000;

function send(form) {
  const bar = form.querySelector("[data-upload-bar]");
  const progress = bar.querySelector("progress");
  const lost = bar.querySelector("[data-upload-lost]");
  const button = form.querySelector("button[type=submit]");
  const request = new XMLHttpRequest();
  bar.hidden = false;
  lost.hidden = true;
  button.disabled = true;
  let said = Date.now();
  request.upload.addEventListener("progress", (event) => {
    if (Date.now() - said > STILL_HERE) {
      said = Date.now();
      fetch(location.pathname, { method: "HEAD" }).catch(() => {});
    }
    progress.max = event.total;
    progress.value = event.loaded;
  });
  request.addEventListener("load", () => {
    if (new URL(request.responseURL).pathname !== location.pathname) {
      location.assign(request.responseURL);
      return;
    }
    // The same page again: it says what is wrong with the file.
    const page = new DOMParser().parseFromString(request.responseText, "text/html");
    document.querySelector("main").replaceWith(document.adoptNode(page.querySelector("main")));
    document.querySelector("[data-error-summary]")?.focus();
    watch();
  });
  request.addEventListener("error", () => {
    lost.hidden = false;
    button.disabled = false;
  });
  request.open("POST", form.action);
  request.send(new FormData(form));
}

function watch() {
  const form = document.querySelector("form[data-upload]");
  form?.addEventListener("submit", (event) => {
    const [file] = form.querySelector("input[type=file]").files;
    if (!file || file.size < WORTH_A_BAR) return;
    event.preventDefault();
    send(form);
  });
}

watch();
