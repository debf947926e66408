// What the library's pages do beyond plain forms: files sent one by one with their progress, a part
// of a picture drawn with the mouse, pictures of an album dragged into order. Without this script
// each page works as it stands.

// Sending files

const sendForm = document.getElementById("send-files");

function element(name, className, words = "") {
  const made = document.createElement(name);
  if (className) made.className = className;
  made.textContent = words;
  return made;
}

function line(file) {
  const row = element("li");
  const state = element("span", "hint", sendForm.dataset.textWaiting);
  const progress = element("progress");
  progress.max = 1;
  progress.value = 0;
  progress.setAttribute("aria-label", file.name);
  row.append(element("span", "name", file.name), state, progress);
  document.getElementById("sending").append(row);
  return {
    moved: (part) => {
      progress.value = part;
      state.textContent = `${Math.round(part * 100)} %`;
    },
    stored: (said) => {
      progress.remove();
      const link = element("a", "", sendForm.dataset.textOpen);
      link.href = said.page;
      link.setAttribute("aria-label", `${sendForm.dataset.textOpen}: ${said.name}`);
      state.replaceChildren(`${sendForm.dataset.textStored} · `, link);
    },
    refused: (words) => {
      progress.remove();
      state.textContent = "";
      row.append(element("p", "field-error", words));
    },
  };
}

function limit(file) {
  const texts = sendForm.dataset;
  const ending = /\.[^.]*$/.exec(file.name.toLowerCase())?.[0] ?? "";
  return Number(texts.fileEndings.split(" ").includes(ending) ? texts.fileMax : texts.imageMax);
}

function why(request) {
  const texts = sendForm.dataset;
  if (request.response?.error) return request.response.error.message;
  if (request.status === 401) return texts.textSignedOut;
  if (request.status === 400) return texts.textOldPage;
  return texts.textOffline;
}

// fetch() tells nothing about what is on its way; XMLHttpRequest does.
function send(file, shown) {
  return new Promise((done) => {
    const most = limit(file);
    if (file.size > most) {
      shown.refused(sendForm.dataset.textTooLarge.replace("{size}", Math.floor(most / 1048576)));
      done();
      return;
    }
    const data = new FormData();
    data.append("csrf_token", sendForm.elements.csrf_token.value);
    data.append("files", file, file.name);
    const request = new XMLHttpRequest();
    request.open("POST", sendForm.action);
    request.setRequestHeader("Accept", "application/json");
    request.responseType = "json";
    request.upload.addEventListener("progress", (event) => {
      if (event.lengthComputable) shown.moved(event.loaded / event.total);
    });
    request.addEventListener("loadend", () => {
      if (request.status === 200 && request.response) shown.stored(request.response);
      else shown.refused(why(request));
      done();
    });
    request.send(data);
  });
}

if (sendForm) {
  sendForm.classList.add("with-script");
  const field = sendForm.elements.files;
  const button = sendForm.querySelector("button");
  sendForm.addEventListener("submit", async (event) => {
    event.preventDefault();
    const files = [...field.files].map((file) => [file, line(file)]);
    field.value = "";
    button.disabled = true;
    // One after the other: the site decodes one picture at a time anyway.
    for (const [file, shown] of files) await send(file, shown);
    button.disabled = false;
  });
}

// Drawing a part of a picture

const cropForm = document.getElementById("crop-form");
const whole = document.querySelector(".item-look img");

function svg(name, attributes) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}

function drawing() {
  const width = Number(whole.getAttribute("width"));
  const height = Number(whole.getAttribute("height"));
  const least = Number(cropForm.dataset.least);
  const fields = ["x", "y", "width", "height"].map((name) => cropForm.elements[name]);
  const frame = element("div", "cropping");
  const shown = whole.closest("picture") ?? whole;
  shown.before(frame);
  const shade = svg("path", { class: "shade", "fill-rule": "evenodd" });
  const part = svg("rect", { class: "part" });
  const layer = svg("svg", { viewBox: `0 0 ${width} ${height}`, "aria-hidden": "true" });
  layer.append(shade, part);
  frame.append(shown, layer);
  cropForm.prepend(element("p", "hint", cropForm.dataset.textDraw));

  function show() {
    const [x, y, w, h] = fields.map((field) => Number(field.value) || 0);
    shade.setAttribute("d", `M0 0H${width}V${height}H0ZM${x} ${y}h${w}v${h}h${-w}Z`);
    for (const [key, value] of Object.entries({ x, y, width: w, height: h })) {
      part.setAttribute(key, value);
    }
  }

  function at(event) {
    const box = whole.getBoundingClientRect();
    const across = Math.min(Math.max((event.clientX - box.left) / box.width, 0), 1);
    const down = Math.min(Math.max((event.clientY - box.top) / box.height, 0), 1);
    return [Math.round(across * width), Math.round(down * height)];
  }

  let start = null;
  frame.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    start = at(event);
    frame.setPointerCapture(event.pointerId);
  });
  frame.addEventListener("pointermove", (event) => {
    if (!start) return;
    const [left, right] = [start[0], at(event)[0]].sort((a, b) => a - b);
    const [top, bottom] = [start[1], at(event)[1]].sort((a, b) => a - b);
    if (right - left < least || bottom - top < least) return;
    [left, top, right - left, bottom - top].forEach((value, i) => {
      fields[i].value = value;
    });
    show();
  });
  for (const ended of ["pointerup", "pointercancel"]) {
    frame.addEventListener(ended, () => {
      start = null;
    });
  }
  cropForm.addEventListener("input", show);
  show();
}

if (cropForm && whole) drawing();

// Dragging pictures of an album

const order = document.querySelector("#album-order .placed");

function dragging() {
  let carried = null;
  for (const row of order.children) {
    // The picture is the handle: text in the caption stays selectable.
    const handle = row.querySelector(".thumb");
    handle.draggable = true;
    handle.addEventListener("dragstart", (event) => {
      carried = row;
      row.classList.add("carried");
      event.dataTransfer.effectAllowed = "move";
      event.dataTransfer.setDragImage(handle, 20, 20);
    });
    handle.addEventListener("dragend", () => {
      row.classList.remove("carried");
      carried = null;
    });
  }
  order.addEventListener("dragover", (event) => {
    const over = event.target.closest?.("li");
    if (!carried) return;
    event.preventDefault();
    if (!over || over === carried) return;
    const box = over.getBoundingClientRect();
    const below = event.clientY > box.top + box.height / 2;
    over[below ? "after" : "before"](carried);
    endsStay();
    document.getElementById("order-said").textContent = order.dataset.textUnsaved;
  });
  function endsStay() {
    for (const row of order.children) {
      row.querySelector('[value^="up-"]').disabled = row === order.firstElementChild;
      row.querySelector('[value^="down-"]').disabled = row === order.lastElementChild;
    }
  }
  order.addEventListener("drop", (event) => event.preventDefault());
}

if (order) dragging();
