// The proof of work that a form asks for after many tries: done at once, told in a live region.
// A form sent meanwhile waits for it.

function prove(box) {
  const status = box.querySelector("[role=status]");
  const input = box.querySelector("input");
  const form = input.form;
  let waiting = null;

  const worker = new Worker(box.dataset.worker);
  const fail = () => { status.textContent = box.dataset.failed; };
  status.textContent = box.dataset.working;
  worker.addEventListener("error", fail);
  worker.addEventListener("message", ({ data: solution }) => {
    if (!solution) return fail();
    input.value = btoa(JSON.stringify({ challenge: JSON.parse(box.dataset.challenge), solution }));
    status.textContent = box.dataset.done;
    box.dataset.proved = "yes";
    if (waiting) form.requestSubmit(waiting.submitter);
  });
  worker.postMessage(JSON.parse(box.dataset.challenge).parameters);

  // Before the guard against double clicks, which listens on the document.
  form.addEventListener("submit", (event) => {
    if (input.value) return;
    event.preventDefault();
    waiting = { submitter: event.submitter };
    status.textContent = box.dataset.sending;
  });
}

document.querySelectorAll("[data-captcha]").forEach(prove);
