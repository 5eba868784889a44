// Improvements on every page. Nothing here is needed: without script all of it still works.

/** Show the summary of errors first, so that nobody searches for what went wrong. */
function focusErrors() {
  const summary = document.querySelector("[data-error-summary]");
  if (!summary) return;
  summary.focus();
  summary.addEventListener("click", (event) => {
    const link = event.target.closest("a[href^='#']");
    const target = link && document.getElementById(link.hash.slice(1));
    if (!target) return;
    event.preventDefault();
    (target.matches("input, select, textarea") ? target : target.querySelector("input") ?? target).focus();
  });
}

/**
 * The server's own messages, in the page's language and in a summary; not the browser's.
 * With a file chosen a form is checked before it leaves: no page can give the file back.
 */
function leaveCheckingToTheServer() {
  const look = (form) => {
    form.noValidate = ![...form.querySelectorAll("[type=file]")].some((input) => input.files.length);
  };
  for (const form of document.forms) look(form);
  document.addEventListener("change", ({ target }) => target.type === "file" && target.form && look(target.form));
  // Coming back with the Back button, a browser may have kept the files.
  window.addEventListener("pageshow", () => [...document.forms].forEach(look));
}

/** A second click on a sent form sends nothing; coming back with the Back button opens it again. */
function guardAgainstDoubleClicks() {
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method !== "post") return;
    // A download leaves the page as it is, and may be wanted again: its target tells so.
    if (form.target || event.submitter?.formTarget) return;
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "yes";
    form.setAttribute("aria-busy", "true");
  });
  window.addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[data-sent]")) {
      delete form.dataset.sent;
      form.removeAttribute("aria-busy");
    }
  });
}

/** A button beside each password shows and hides what was typed. */
function offerToShowPasswords() {
  for (const box of document.querySelectorAll("[data-password]")) {
    const input = box.querySelector("input");
    const button = document.createElement("button");
    const label = (shown) => {
      button.textContent = shown ? box.dataset.hide : box.dataset.show;
      button.setAttribute("aria-pressed", String(shown));
    };
    button.type = "button";
    button.className = "button password__toggle";
    button.setAttribute("aria-controls", input.id);
    button.addEventListener("click", () => {
      input.type = input.type === "password" ? "text" : "password";
      label(input.type === "text");
    });
    input.form?.addEventListener("submit", () => {
      input.type = "password";
      label(false);
    });
    label(false);
    box.append(button);
  }
}

// What every list of stolen passwords begins with; the server has the whole list.
const COMMON = /pass(word)?|qwert\w*|asdf\w*|zxcv\w*|admin|welcome|iloveyou|woaini|abc|123\d*|(\d)\2{2,}/gi;

/** What the form holds of the person: the part before the @, the last eight digits of a phone. */
function ownData(form) {
  return [...form.querySelectorAll("input[type=email], input[type=tel]")]
    .map(({ type, value }) => (type === "tel" ? value.replace(/\D/g, "").slice(-8) : value.split("@")[0].toLowerCase()))
    .filter((part) => part.length >= 4);
}

/** Length counts most; a short password may make up for it with kinds of characters. */
function strengthOf(password, own) {
  if (own.some((part) => password.toLowerCase().includes(part))) return 1;
  if (password.replace(COMMON, "").length < 5) return 1;
  const kinds = [/[a-z]/, /[A-Z]/, /[0-9]/, /[^A-Za-z0-9]/].filter((kind) => kind.test(password)).length;
  const distinct = new Set(password).size;
  if (password.length < 8 || kinds === 0 || distinct < 5 || /^[0-9]*$/.test(password)) return 1;
  return password.length >= 14 || (password.length >= 10 && kinds >= 3) ? 3 : 2;
}

/** Tells beside a new password whether it is weak or strong; the server has the last word. */
function tellStrength() {
  for (const note of document.querySelectorAll("[data-strength]")) {
    const input = document.getElementById(note.dataset.strength);
    const [meter, words] = note.children;
    const says = note.dataset.words.split("|");
    input.addEventListener("input", () => {
      const strength = strengthOf(input.value, ownData(input.form));
      note.hidden = !input.value;
      meter.value = strength;
      words.textContent = says[strength - 1];
    });
  }
}

/** A button that must wait counts down to the moment it opens. */
function countDown() {
  for (const button of document.querySelectorAll("[data-countdown]")) {
    const opens = Date.now() + 1000 * Number(button.dataset.countdown);
    const text = button.textContent;
    delete button.dataset.countdown;
    const tick = () => {
      const left = Math.ceil((opens - Date.now()) / 1000);
      button.disabled = left > 0;
      button.textContent = left > 0 ? button.dataset.waiting.replace("{seconds}", left) : text;
      if (left > 0) setTimeout(tick, 250);
    };
    tick();
  }
}

/** An open menu closes with Escape and with a click elsewhere. */
function closeMenus() {
  const close = (except) => {
    for (const menu of document.querySelectorAll("[data-menu][open]")) {
      if (!menu.contains(except)) menu.open = false;
    }
  };
  document.addEventListener("click", (event) => close(event.target));
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const summary = document.activeElement?.closest("[data-menu][open]")?.querySelector("summary");
    close(null);
    summary?.focus();
  });
}

/** A button for printing, where script can print. */
function offerToPrint() {
  for (const button of document.querySelectorAll("[data-print]")) {
    button.addEventListener("click", () => window.print());
  }
}

/** A button that copies a link; what it says then is read out. */
function offerToCopy() {
  for (const button of document.querySelectorAll("[data-copy]")) {
    button.hidden = !navigator.clipboard;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(button.dataset.copy);
      button.setAttribute("aria-live", "polite");
      button.textContent = button.dataset.done;
    });
  }
}

/** What was typed as the name of the account goes along to the other ways of signing in. */
function carryName() {
  const input = document.querySelector("[data-account-name]");
  if (!input) return;
  try {
    input.value ||= sessionStorage.getItem("account-name") ?? "";
    input.addEventListener("input", () => sessionStorage.setItem("account-name", input.value));
  } catch {
    // A browser that stores nothing: the name is typed again.
  }
}

/**
 * A page left open is left when its session has run out, on whichever page it was used last, and
 * when somebody else has signed in meanwhile. What was typed and not sent stays until then.
 * A page that answered a form is left for the home page: its address may take forms alone.
 */
function leaveWithTheSession() {
  const { idle, account, home } = document.body.dataset;
  if (!idle) return;
  const opened = `${account} ${Date.now()}`;
  let seen = () => localStorage.getItem("page-seen") ?? "";
  try {
    localStorage.setItem("page-seen", opened);
  } catch {
    seen = () => opened; // a browser that stores nothing: this page alone counts
  }
  const read = () => seen().split(" ");
  const leave = () => location.replace(home ?? location.pathname + location.search);
  // A form that was refused still holds what was written.
  const written = [...document.querySelectorAll("main textarea, main [type=text]")];
  let typed = home !== undefined && written.some((field) => field.value);
  const look = () => {
    const [who, at] = read();
    const left = Number(at) + 1000 * idle - Date.now();
    if (who !== account) leave();
    else if (left > 0) setTimeout(look, left);
    else if (!typed) leave();
  };
  document.addEventListener("input", () => (typed = true));
  document.addEventListener("visibilitychange", () => read()[0] !== account && leave());
  look();
}

leaveCheckingToTheServer();
focusErrors();
guardAgainstDoubleClicks();
closeMenus();
offerToPrint();
offerToCopy();
carryName();
offerToShowPasswords();
tellStrength();
countDown();
leaveWithTheSession();
navigator.serviceWorker?.register("/service-worker.js").catch(() => {});
