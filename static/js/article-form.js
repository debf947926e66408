// What the article form does beside the editor: sends a cover image at once, and says when an article
// will appear.
import { sendImage } from "./upload.js";

const form = document.getElementById("article-form");
const texts = form.dataset;
// Cover image

const picker = document.getElementById("cover_file");
const alt = document.getElementById("cover_alt");
const shown = document.getElementById("cover-now");

function show(src, words) {
  const image = new Image();
  image.alt = words;
  image.src = src;
  shown.replaceChildren(...(src ? [image] : []));
}

function choose(id, src, words) {
  const label = document.createElement("label");
  label.className = "choice";
  const radio = document.createElement("input");
  Object.assign(radio, { type: "radio", name: "cover_id", value: id, checked: true });
  radio.dataset.alt = words;
  const image = new Image();
  image.alt = words;
  image.src = src;
  label.append(radio, image);
  document.getElementById("cover-choices").append(label);
  alt.value = words;
  alt.dispatchEvent(new Event("input", { bubbles: true }));
  show(src, words);
}

picker.addEventListener("change", async () => {
  const said = document.getElementById("cover-said");
  const [file] = picker.files;
  if (!file) return;
  said.textContent = texts.textUploading;
  try {
    const sent = await sendImage(form, file, file.name);
    choose(sent.id, sent.location, sent.alt);
    said.textContent = "";
  } catch (refused) {
    said.textContent = refused.message;
  }
  // It is sent, or refused: it must not go along with the form once more.
  picker.value = "";
});

document.getElementById("cover-choices").addEventListener("change", (event) => {
  const image = event.target.closest("label").querySelector("img");
  alt.value = event.target.dataset.alt;
  show(image ? image.src : "", alt.value);
});

// When it appears

const time = document.getElementById("publish_at");
const publish = form.querySelector('button[value="publish"]');
const later = publish?.dataset.later;
const atOnce = publish?.textContent;

function announce() {
  // Both are read as local times of this computer; the site's zone is named beside the field.
  const moment = new Date(time.value);
  const future = moment > new Date();
  const words = future
    ? moment.toLocaleString(document.documentElement.lang, {
        weekday: "long",
        day: "2-digit",
        month: "2-digit",
        year: "numeric",
        hour: "2-digit",
        minute: "2-digit",
      })
    : "";
  document.getElementById("appears").textContent = future ? `${texts.textAppears} ${words}` : "";
  if (publish) publish.textContent = future ? later : atOnce;
}

if (time) {
  time.addEventListener("input", announce);
  announce();
}
