// Turns the article's text field into an editor. Where the editor cannot start, the field stays as
// it is and works. What the editor lets through mirrors newsapp/text/richtext.py, which decides.
import { takePastes } from "./pasting.js";
import { sendImage } from "./upload.js";

const form = document.getElementById("article-form");
const field = document.getElementById("body");
const ALIGNED = "p,h2,h3,h4,td,th,figure";
const PATIENCE_MS = 8000;
const UNSENT = 'img[src^="blob:"], img[src^="data:"]';

const ELEMENTS = [
  "p[style|lang]",
  "h2[style|lang],h3[style|lang],h4[style|lang]",
  "-strong/b,-em/i,-u/ins,-s/strike/del,-sub,-sup,br,hr",
  "a[href|title|hreflang|lang],abbr[title|lang],-span[lang]",
  "blockquote[lang],ul[lang],ol[start|type|lang],li[lang]",
  // The editor knows a picture with a caption by this class; it is not stored.
  "figure[style|class<image],figcaption[lang],img[src|alt=|width|height|role<presentation]",
  "table[lang],caption,thead,tbody,tfoot,tr",
  "td[style|colspan|rowspan|lang],th[style|colspan|rowspan|scope|lang]",
].join(",");

function aligned(direction) {
  return { selector: ALIGNED, styles: { textAlign: direction } };
}

// An image that was pasted or dropped gets its size, so that the page does not jump on loading.
const sizes = new Map();

async function upload(blobInfo) {
  try {
    const sent = await sendImage(form, blobInfo.blob(), blobInfo.filename());
    sizes.set(sent.location, sent);
    return sent.location;
  } catch (refused) {
    throw { message: refused.message, remove: refused.final };
  }
}

function prepare(editor) {
  // Not earlier: the editor fetches no file for a language that it has labels of already.
  editor.on("ScriptsLoaded", () => {
    hugerte.addI18n("vi", {
      "Press the Up and Down arrow keys to resize the editor.":
        "Nhấn mũi tên lên hoặc xuống để đổi chiều cao khung soạn.",
    });
  });
  takePastes(editor, form);
  editor.on("PreInit", () => {
    editor.parser.addNodeFilter("figure", (figures) => {
      for (const figure of figures) {
        if (figure.getAll("img").length) figure.attr("class", "image");
      }
    });
    editor.serializer.addNodeFilter("img", (images) => {
      for (const image of images) {
        const size = sizes.get(image.attr("src"));
        if (size && !image.attr("width")) {
          image.attr("width", String(size.width));
          image.attr("height", String(size.height));
        }
      }
    });
  });
  editor.on("input Dirty Change", () => field.dispatchEvent(new Event("input", { bubbles: true })));
  // Half an editor (a part that did not arrive) must not keep the plain field hidden.
  const rescue = setTimeout(() => {
    field.removeAttribute("style");
    field.removeAttribute("aria-hidden");
  }, PATIENCE_MS);
  editor.on("init", () => {
    clearTimeout(rescue);
    // A name on a part without a role is not heard; the frame has one, and may be named.
    editor.iframeElement.title = editor.getBody().getAttribute("aria-label");
    editor.getBody().removeAttribute("aria-label");
    editor.getContainer().querySelector(".tox-statusbar__resize-handle")?.setAttribute("role", "button");
    for (const way of document.querySelectorAll('label[for="body"], a[href="#body"]')) {
      way.addEventListener("click", (event) => {
        event.preventDefault();
        editor.focus();
        editor.getContainer().scrollIntoView({ block: "center" });
      });
    }
  });
}

// Nothing is saved before the images in the text have arrived.
function sendImagesFirst(editor) {
  form.addEventListener("submit", async (event) => {
    if (!editor.getBody().querySelector(UNSENT)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    say(form.dataset.textUploading);
    await editor.uploadImages();
    if (editor.getBody().querySelector(UNSENT)) {
      say(form.dataset.textImageFailed);
    } else {
      form.requestSubmit(event.submitter);
    }
  });
}

function say(words) {
  document.getElementById("save-state").textContent = words;
}

async function start() {
  const vietnamese = document.documentElement.lang === "vi";
  const dark = matchMedia("(prefers-color-scheme: dark)").matches;
  const base = form.dataset.editor;
  const [editor] = await hugerte.init({
    target: field,
    base_url: base,
    suffix: ".min",
    language: vietnamese ? "vi" : "en",
    ...(vietnamese ? { language_url: `${base}/langs/vi.js` } : {}),
    skin: dark ? "oxide-dark" : "oxide",
    content_css: form.dataset.contentCss.split(" "),
    body_class: "body",
    iframe_aria_text: document.querySelector('label[for="body"]').textContent,
    height: 640,
    min_height: 360,
    menubar: false,
    branding: false,
    promotion: false,
    elementpath: false,
    contextmenu: false,
    browser_spellcheck: true,
    plugins: "autolink fullscreen image link lists searchreplace table wordcount",
    toolbar:
      "undo redo | blocks | bold italic underline | bullist numlist | " +
      "alignleft aligncenter alignright | link image table | removeformat searchreplace fullscreen",
    toolbar_mode: "wrap",
    mobile: { toolbar_mode: "wrap" },
    // No spaces: they would stay part of the names, which then are not translated.
    block_formats: "Paragraph=p;Heading 2=h2;Heading 3=h3;Heading 4=h4;Blockquote=blockquote",
    formats: {
      underline: { inline: "u", remove: "all" },
      strikethrough: { inline: "s", remove: "all" },
      alignleft: aligned("left"),
      aligncenter: aligned("center"),
      alignright: aligned("right"),
      alignjustify: aligned("justify"),
    },
    valid_elements: ELEMENTS,
    valid_styles: { "*": "text-align" },
    entity_encoding: "raw",
    relative_urls: false,
    convert_urls: false,
    smart_paste: false,
    paste_data_images: true,
    automatic_uploads: true,
    images_upload_handler: upload,
    images_file_types: "jpeg,jpg,png,gif,webp",
    image_caption: true,
    // The tick box "decorative": a picture that says nothing needs no description.
    a11y_advanced_options: true,
    image_dimensions: false,
    image_uploadtab: true,
    object_resizing: "img",
    link_target_list: false,
    link_title: false,
    link_assume_external_targets: "https",
    table_default_attributes: {},
    table_default_styles: {},
    table_sizing_mode: "responsive",
    table_column_resizing: "preservetable",
    table_resize_bars: false,
    table_use_colgroups: false,
    table_header_type: "sectionCells",
    table_appearance_options: false,
    table_advtab: false,
    table_row_advtab: false,
    table_cell_advtab: false,
    table_toolbar:
      "tableinsertrowbefore tableinsertrowafter tabledeleterow | " +
      "tableinsertcolbefore tableinsertcolafter tabledeletecol | " +
      "tablemergecells tablesplitcells tableprops tabledelete",
    setup: prepare,
  });
  sendImagesFirst(editor);
}

if (form && field && window.hugerte) {
  start();
}
