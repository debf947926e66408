// Brings the checklist up to date without leaving the form, and jumps to what it speaks of.

const form = document.getElementById("article-form");

function editor() {
  return window.hugerte?.get("body");
}

// What the form would answer without this script is a whole page; only its checklist is wanted.
async function again(button) {
  window.hugerte?.triggerSave();
  const answer = await fetch(button.formAction, {
    method: "POST",
    body: new FormData(form),
    credentials: "same-origin",
  });
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page.getElementById("checklist");
  if (!fresh) throw new Error("no checklist in the answer");
  document.getElementById("checklist").replaceWith(document.adoptNode(fresh));
  document.getElementById("check-again").focus();
}

function jump(link) {
  const body = editor()?.getBody();
  if (!body) return false;
  const blocks = body.querySelectorAll(document.getElementById("checklist").dataset.blocks);
  const block = blocks[Number(link.dataset.block)];
  if (!block) return false;
  editor().focus();
  editor().selection.select(block, true);
  editor().getContainer().scrollIntoView({ block: "nearest" });
  block.scrollIntoView({ block: "center" });
  return true;
}

form?.addEventListener("click", async (event) => {
  const button = event.target.closest("#check-again");
  const link = event.target.closest("#checklist a");
  if (button) {
    event.preventDefault();
    button.disabled = true;
    try {
      await again(button);
    } catch {
      button.disabled = false;
      document.getElementById("save-state").textContent = form.dataset.textCheckFailed;
    }
  } else if (link?.dataset.block !== undefined && jump(link)) {
    event.preventDefault();
  } else if (link && document.querySelector(link.hash)?.matches("input, textarea, select")) {
    event.preventDefault();
    document.querySelector(link.hash).focus();
  }
});
