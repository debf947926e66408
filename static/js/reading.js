// Reading aids, kept in this browser alone: text size, contrast, reading aloud; keys for an album.
(() => {
  const root = document.documentElement;
  const bar = document.querySelector(".reading");
  const sizes = ["small", "", "large", "larger", "largest"];
  let kept = {};
  try {
    kept = JSON.parse(localStorage.reading) || {};
  } catch {
    // Nothing is kept.
  }

  function show() {
    root.dataset.size = sizes.includes(kept.size) ? kept.size : "";
    root.toggleAttribute("data-contrast", Boolean(kept.contrast));
    for (const button of bar?.querySelectorAll("button") ?? []) {
      const { step, contrast } = button.dataset;
      if (contrast === "") button.ariaPressed = Boolean(kept.contrast);
      if (step) button.ariaDisabled = step !== "0" && !(sizes.indexOf(root.dataset.size) + +step in sizes);
    }
  }

  show();
  // On a phone the row of sections is wider than the window.
  const here = document.querySelector(".sections [aria-current]");
  if (here) here.closest("ul").scrollLeft = here.offsetLeft - 20;
  bar?.classList.add("ready");
  bar?.addEventListener("click", ({ target }) => {
    const { step, contrast } = target.dataset;
    if (contrast === "") kept.contrast = !kept.contrast;
    else if (step === "0") kept.size = "";
    else if (step) kept.size = sizes[sizes.indexOf(root.dataset.size) + +step] ?? kept.size;
    else return;
    show();
    try {
      localStorage.reading = JSON.stringify(kept);
    } catch {
      // It holds for this page.
    }
  });

  // Aloud, part by part: some voices fall silent in a long text.
  const aloud = bar?.querySelector("[data-aloud]");
  const article = document.querySelector("main .article");
  const speech = window.speechSynthesis;
  if (aloud && article && speech) {
    const label = aloud.textContent;
    let voice;
    let turn = 0;
    const find = () => {
      voice = speech.getVoices().find(({ lang }) => /^vi\b/i.test(lang));
      aloud.hidden = !voice;
    };
    const stop = () => {
      turn += 1;
      speech.cancel();
      aloud.textContent = label;
    };
    const start = () => {
      const mine = turn;
      const parts = [...article.querySelectorAll("h1, .lead, .body :is(h2, h3, h4, p, li, tr)")];
      const say = () => {
        if (mine !== turn) return;
        const part = parts.shift();
        if (!part) return stop();
        if (part.querySelector("p, li")) return say();
        const words = new SpeechSynthesisUtterance(part.innerText);
        speech.speak(Object.assign(words, { voice, lang: voice.lang, onend: say, onerror: stop }));
      };
      aloud.textContent = aloud.dataset.aloud;
      say();
    };
    find();
    speech.onvoiceschanged = find;
    aloud.onclick = () => (aloud.textContent === label ? start() : stop());
    addEventListener("pagehide", stop);
  }

  document.addEventListener("keydown", ({ key }) => {
    const way = { Escape: ".close", ArrowLeft: "[rel=prev]", ArrowRight: "[rel=next]" }[key];
    if (way) document.querySelector(`.album :target ${way}`)?.click();
  });
})();
