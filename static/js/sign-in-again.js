// Asks for the password in place. The steps (password, code of the second factor) are the site's own
// pages: each is fetched, its question is put in the dialog, and the answer is sent where it says.

const dialog = document.getElementById("sign-in-again");
const form = dialog.querySelector("form");
const said = document.getElementById("again-said");
const QUESTIONS = ["username", "password", "one_time_code"];

function read(html) {
  const page = new DOMParser().parseFromString(html, "text/html");
  const step = [...page.forms].find((one) => QUESTIONS.some((name) => one.elements[name]));
  return { step, problem: page.getElementById("problem")?.textContent.trim() ?? "" };
}

function ask(step) {
  for (const name of QUESTIONS) {
    const field = form.elements[name];
    const asked = Boolean(step.elements[name]);
    field.closest(".field").hidden = !asked;
    field.disabled = !asked;
    if (asked && name !== "username") field.value = "";
  }
  const open = QUESTIONS.map((name) => form.elements[name]).filter((field) => !field.disabled);
  (open.find((field) => !field.value) ?? open[0])?.focus();
}

async function answered(step) {
  const data = new FormData();
  for (const { name, value, type } of step.elements) {
    if (type === "hidden") data.set(name, value);
  }
  for (const name of QUESTIONS) {
    if (step.elements[name]) data.set(name, form.elements[name].value);
  }
  const answer = await fetch(step.getAttribute("action"), {
    method: "POST",
    body: data,
    credentials: "same-origin",
  });
  const isToken = answer.headers.get("Content-Type")?.startsWith("application/json");
  return isToken && answer.ok
    ? { token: (await answer.json()).csrf_token }
    : read(await answer.text());
}

// Resolves to a token of the new session, or to "" when the person puts it off.
export async function askToSignIn(address, then) {
  if (dialog.open) return "";
  let token = "";
  let step;
  const first = async () => {
    const page = await fetch(`${address}?next=${encodeURIComponent(then)}`, {
      credentials: "same-origin",
    });
    ({ step } = read(await page.text()));
  };
  form.onsubmit = async (event) => {
    event.preventDefault();
    said.textContent = "";
    try {
      if (!step) await first();
      const result = await answered(step);
      token = result.token ?? "";
      step = result.step;
      said.textContent = result.problem ?? "";
    } catch {
      said.textContent = dialog.dataset.textOffline;
      step = undefined;
    }
    if (token) dialog.close();
    else if (step) ask(step);
    else said.textContent ||= dialog.dataset.textElsewhere;
  };
  try {
    await first();
  } catch {
    return "";
  }
  said.textContent = "";
  dialog.showModal();
  if (step) ask(step);
  await new Promise((done) => dialog.addEventListener("close", done, { once: true }));
  form.elements.password.value = "";
  form.elements.one_time_code.value = "";
  return token;
}

document.getElementById("again-later").addEventListener("click", () => dialog.close());
