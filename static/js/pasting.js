// Sends what is pasted, and Word files, through the site's own cleaning, so that what the editor
// shows is what will be stored. Without a connection the editor's own cleaning has to do.

const INTERNAL = /^x-\w+\/html$/;
const WORD = /\.docx$/i;

export function takePastes(editor, form) {
  const texts = form.dataset;
  const report = document.getElementById("paste-report");

  function say(...lines) {
    report.replaceChildren(
      ...lines.map((line) => {
        if (typeof line !== "string") return line;
        const paragraph = document.createElement("p");
        paragraph.textContent = line;
        return paragraph;
      }),
    );
  }

  function offer(words, deed) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "quiet";
    button.textContent = words;
    button.addEventListener("click", () => {
      deed();
      button.remove();
      editor.focus();
    });
    return button;
  }

  async function ask(address, name, content, more = {}) {
    const data = new FormData();
    data.append(name, content, content.name ?? "paste.html");
    for (const [key, value] of Object.entries(more)) data.append(key, value);
    const answer = await fetch(address, {
      method: "POST",
      body: data,
      credentials: "same-origin",
      headers: { "X-CSRFToken": form.elements.csrf_token.value, Accept: "application/json" },
    });
    const said = await answer.json();
    if (!answer.ok) throw new Error(said?.error?.message ?? "");
    return said;
  }

  // One paragraph goes into the line where the caret stands; more become paragraphs of their own.
  function insert(html) {
    const box = document.createElement("template");
    box.innerHTML = html;
    const [only, ...others] = box.content.children;
    const inline = only?.tagName === "P" && others.length === 0;
    editor.insertContent(inline ? only.innerHTML : html);
  }

  // The pasted last line that names its author moves to where bylines are kept.
  function bylineOffer(byline) {
    const field = form.elements.byline;
    return offer(texts.textUseByline.replace("{}", byline), () => {
      const same = (block) => block.textContent.trim().replace(/\s+/g, " ") === byline;
      editor.undoManager.transact(() => {
        [...editor.getBody().querySelectorAll("p")].reverse().find(same)?.remove();
      });
      field.value = byline;
      field.dispatchEvent(new Event("input", { bubbles: true }));
    });
  }

  function tell(said, legacy) {
    say(...said.said, ...(said.byline && form.elements.byline ? [bylineOffer(said.byline)] : []), ...legacy);
  }

  // An old font is converted on a click only; the offer ends with the next change of the text.
  function legacyOffer(raw, legacy, before, mark) {
    if (!legacy) return [];
    const preview = document.createElement("blockquote");
    preview.textContent = legacy.after;
    const after = editor.getContent();
    const button = offer(texts.textConvert, async () => {
      if (editor.getContent() !== after) return;
      const said = await ask(texts.paste, "html", new Blob([raw]), { encoding: legacy.encoding });
      editor.undoManager.transact(() => {
        editor.setContent(before);
        editor.selection.moveToBookmark(mark);
        insert(said.html);
      });
      tell(said, []);
    });
    return [texts.textLegacy, preview, button];
  }

  async function paste(raw) {
    const before = editor.getContent();
    const mark = editor.selection.getBookmark(2, true);
    say(texts.textPasting);
    try {
      const said = await ask(texts.paste, "html", new Blob([raw]));
      editor.selection.moveToBookmark(mark);
      insert(said.html);
      tell(said, legacyOffer(raw, said.legacy, before, mark));
    } catch (refused) {
      // Nothing that was pasted is lost: the editor cleans it here, and saving cleans it again.
      editor.execCommand("mceInsertClipboardContent", false, { html: raw });
      say(...(refused.message && !(refused instanceof TypeError) ? [refused.message] : []));
    }
  }

  async function read(file) {
    say(texts.textReading);
    try {
      const said = await ask(texts.wordFile, "file", file);
      editor.undoManager.transact(() => {
        editor.selection.select(editor.getBody(), true);
        editor.selection.collapse(false);
        insert(said.html);
      });
      tell(said, []);
    } catch (refused) {
      say(refused instanceof TypeError ? texts.textCheckFailed : refused.message);
    }
  }

  function wordFileIn(transfer) {
    return [...(transfer?.files ?? [])].find((file) => WORD.test(file.name));
  }

  // First in the row: the editor's own listener would paste it once more.
  const first = true;
  editor.on(
    "paste",
    (event) => {
      const data = event.clipboardData;
      const html = data?.getData("text/html");
      if (!html || [...data.types].some((type) => INTERNAL.test(type))) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      paste(html);
    },
    first,
  );
  function dropped(event) {
    const file = wordFileIn(event.dataTransfer);
    if (!file) return;
    event.preventDefault();
    event.stopPropagation();
    read(file);
  }
  editor.on("drop", dropped, first);
  form.addEventListener("dragover", (event) => event.preventDefault());
  form.addEventListener("drop", dropped);

  const chooser = document.getElementById("word_file");
  chooser.parentElement.hidden = false;
  chooser.addEventListener("change", () => {
    if (chooser.files[0]) read(chooser.files[0]);
    chooser.value = "";
  });
}
