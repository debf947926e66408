// Fills static/lib/ with the browser libraries that pages load, from node_modules/.
//
//   hugerte/  the rich text editor: only the files it asks for at run time, and our Vietnamese labels
//   fonts/    Be Vietnam Pro, cut down to the letters of Vietnamese and Latin text
//
// The same inputs give the same bytes. The folder is put together elsewhere and moved into place in
// one step, so a page never meets half a library, nor does an interrupted build leave one behind.
import { cp, mkdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import subsetFont from "subset-font";

const ROOT = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const PACKAGES = path.join(ROOT, "node_modules");
const TARGET = path.join(ROOT, "static", "lib");
// Inside node_modules: on the same disk as the target, and out of git's sight.
const DRAFT = path.join(PACKAGES, ".newsapp-lib-new");
const RETIRED = path.join(PACKAGES, ".newsapp-lib-old");

const EDITOR_PLUGINS = [
  "autolink",
  "charmap",
  "code",
  "fullscreen",
  "image",
  "link",
  "lists",
  "searchreplace",
  "table",
  "wordcount",
];
const EDITOR_FILES = [
  "hugerte.min.js",
  "license.txt",
  "icons/default/icons.min.js",
  "models/dom/model.min.js",
  "themes/silver/theme.min.js",
  "skins/content/default/content.min.css",
  "skins/content/dark/content.min.css",
  "skins/ui/oxide/content.min.css",
  "skins/ui/oxide/skin.min.css",
  "skins/ui/oxide-dark/content.min.css",
  "skins/ui/oxide-dark/skin.min.css",
  ...EDITOR_PLUGINS.map((plugin) => `plugins/${plugin}/plugin.min.js`),
];

const FONT_PACKAGE = "@expo-google-fonts/be-vietnam-pro";
const FONT_FILES = {
  "be-vietnam-pro-400.woff2": "400Regular/BeVietnamPro_400Regular.ttf",
  "be-vietnam-pro-600.woff2": "600SemiBold/BeVietnamPro_600SemiBold.ttf",
};
// First and last code point of each run.
const LETTERS = [
  [0x0020, 0x007e], // ASCII
  [0x00a0, 0x00ff], // Latin-1
  [0x0102, 0x0103], // Ă ă
  [0x0110, 0x0111], // Đ đ
  [0x0128, 0x0129], // Ĩ ĩ
  [0x0168, 0x0169], // Ũ ũ
  [0x01a0, 0x01a1], // Ơ ơ
  [0x01af, 0x01b0], // Ư ư
  // Combining marks: text pasted from a Mac or a PDF arrives decomposed.
  [0x0300, 0x0303],
  [0x0306, 0x0306],
  [0x0309, 0x0309],
  [0x031b, 0x031b],
  [0x0323, 0x0323],
  [0x1ea0, 0x1ef9], // Vietnamese vowels with tone marks
  [0x2013, 0x2014], // dashes
  [0x2018, 0x201d], // quotation marks
  [0x2022, 0x2022], // bullet
  [0x2026, 0x2026], // ellipsis
  [0x20ab, 0x20ab], // đồng
];
// Marks must sit on their letters and pairs must be kerned; the face's alternates are never asked for.
const FONT_FEATURES = ["ccmp", "kern", "liga", "locl", "mark", "mkmk"];

async function buildEditor(folder) {
  const source = path.join(PACKAGES, "hugerte");
  for (const file of EDITOR_FILES) {
    await cp(path.join(source, file), path.join(folder, file));
  }
  const labels = JSON.parse(await readFile(path.join(ROOT, "assets", "hugerte-vi.json"), "utf8"));
  const script = `hugerte.addI18n("vi", ${JSON.stringify(labels, null, 1)});\n`;
  await mkdir(path.join(folder, "langs"));
  await writeFile(path.join(folder, "langs", "vi.js"), script);
}

async function buildFonts(folder) {
  const source = path.join(PACKAGES, FONT_PACKAGE);
  const letters = LETTERS.flatMap(([first, last]) =>
    Array.from({ length: last - first + 1 }, (_, i) => String.fromCodePoint(first + i)),
  ).join("");
  await mkdir(folder);
  for (const [name, original] of Object.entries(FONT_FILES)) {
    const font = await subsetFont(await readFile(path.join(source, original)), letters, {
      targetFormat: "woff2",
      keepFeatures: FONT_FEATURES,
      noHinting: true, // half of the bytes, and systems of the last ten years ignore them
    });
    await writeFile(path.join(folder, name), font);
  }
  await cp(path.join(source, "LICENSE_FONT"), path.join(folder, "OFL.txt"));
}

async function replaceTarget() {
  await rm(RETIRED, { recursive: true, force: true });
  await mkdir(path.dirname(TARGET), { recursive: true });
  await rename(TARGET, RETIRED).catch((error) => {
    if (error.code !== "ENOENT") throw error;
  });
  await rename(DRAFT, TARGET);
  await rm(RETIRED, { recursive: true, force: true });
}

await rm(DRAFT, { recursive: true, force: true });
await mkdir(DRAFT);
await buildEditor(path.join(DRAFT, "hugerte"));
await buildFonts(path.join(DRAFT, "fonts"));
await replaceTarget();
for (const name of Object.keys(FONT_FILES)) {
  const { size } = await stat(path.join(TARGET, "fonts", name));
  console.log(`${name}: ${size} bytes`);
}
