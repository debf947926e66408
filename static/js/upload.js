// Sends images to the site, for the editor and for the cover.

export class Refused extends Error {
  // `final`: the site looked at the file and will not have it, so trying again is of no use.
  constructor(message, final) {
    super(message);
    this.final = final;
  }
}

// Resolves to {location, width, height, id, alt}; rejects with Refused, whose message is for people.
export async function sendImage(form, blob, name) {
  const texts = form.dataset;
  if (blob.size > Number(texts.uploadMax)) {
    throw new Refused(texts.textTooLarge, true);
  }
  const data = new FormData();
  data.append("file", blob, name);
  let answer;
  try {
    answer = await fetch(texts.upload, {
      method: "POST",
      body: data,
      credentials: "same-origin",
      headers: { "X-CSRFToken": form.elements.csrf_token.value, Accept: "application/json" },
    });
  } catch {
    throw new Refused(texts.textOffline, false);
  }
  const said = await answer.json().catch(() => null);
  if (answer.ok && said) {
    return said;
  }
  const final = [413, 415, 422].includes(answer.status);
  throw new Refused(said?.error?.message ?? texts.textOffline, final);
}
