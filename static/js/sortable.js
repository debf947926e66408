// Lets the rows of a list be dragged, and their up and down buttons work without leaving the page.
// Each form with data-sortable holds lists (ol.sortable) whose rows carry a hidden field `order`;
// what is sent after a move is the form itself, as its buttons would send it without a script.

const rowsOf = (list) => [...list.children];

function refresh(list) {
  const rows = rowsOf(list);
  rows.forEach((row, place) => {
    const button = (name) => row.querySelector(`:scope > .movers > button[name="${name}"]`);
    button("up").disabled = place === 0;
    button("down").disabled = place === rows.length - 1;
  });
}

// The neighbour moves, not the row: what has the focus or the pointer keeps it.
function step(row, up) {
  const neighbour = up ? row.previousElementSibling : row.nextElementSibling;
  if (!neighbour) return false;
  if (up) row.after(neighbour);
  else row.before(neighbour);
  return true;
}

function sortable(form) {
  const state = form.querySelector(".order-state");
  let sending = false;
  let changed = false;

  async function send() {
    let answer;
    try {
      answer = await fetch(form.action, {
        method: "POST",
        body: new URLSearchParams(new FormData(form)),
        credentials: "same-origin",
      });
    } catch {
      return form.dataset.textFailed;
    }
    // Signed out, or not allowed any more: the page that says so is the answer to see.
    if (!answer.ok) form.submit();
    return form.dataset.textSaved;
  }

  // One order at a time, so that the last one arrives last.
  async function save(list) {
    refresh(list);
    changed = true;
    state.textContent = form.dataset.textSaving;
    if (sending) return;
    sending = true;
    let said;
    while (changed) {
      changed = false;
      said = await send();
    }
    sending = false;
    state.textContent = said;
  }

  form.addEventListener("click", (event) => {
    const button = event.target.closest('button[name="up"], button[name="down"]');
    const row = button?.closest(".sortable > li");
    if (!row) return;
    event.preventDefault();
    if (!step(row, button.name === "up")) return;
    save(row.parentElement);
    // At the end of the list a button is of no more use, and its twin takes over.
    if (button.disabled) button.parentElement.querySelector("button:enabled")?.focus();
  });

  for (const row of form.querySelectorAll(".sortable > li")) {
    const grip = document.createElement("span");
    grip.className = "grip";
    grip.title = form.dataset.textGrip;
    grip.setAttribute("aria-hidden", "true");
    row.prepend(grip);
    grip.addEventListener("pointerdown", (event) => drag(event, grip, row, save));
  }
}

function drag(start, grip, row, save) {
  if (start.button !== 0) return;
  start.preventDefault();
  const list = row.parentElement;
  const before = rowsOf(list);
  const end = new AbortController();
  grip.setPointerCapture(start.pointerId);
  row.classList.add("dragged");

  const middle = (other) => {
    const box = other.getBoundingClientRect();
    return box.top + box.height / 2;
  };

  const follow = ({ clientY }) => {
    while (row.previousElementSibling && clientY < middle(row.previousElementSibling)) step(row, true);
    while (row.nextElementSibling && clientY > middle(row.nextElementSibling)) step(row, false);
  };

  const stop = (event) => {
    end.abort();
    row.classList.remove("dragged");
    if (event.type === "pointercancel") list.append(...before);
    else if (rowsOf(list).some((other, place) => other !== before[place])) save(list);
  };

  const options = { signal: end.signal };
  grip.addEventListener("pointermove", follow, options);
  grip.addEventListener("pointerup", stop, options);
  grip.addEventListener("pointercancel", stop, options);
}

document.querySelectorAll("form[data-sortable]").forEach(sortable);
