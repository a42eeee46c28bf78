// Passkeys: the browser makes or uses one, its answer goes with the form. Forms show where the browser knows how.
const live = document.querySelector("#live");
const known = window.PublicKeyCredential?.parseCreationOptionsFromJSON;
const asked = {
  create: (options) => navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options) }),
  get: (options) => navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options) }),
};

for (const part of document.querySelectorAll("[data-passkey], [data-passkey-section]")) part.hidden = !known;

for (const form of document.querySelectorAll("form[data-passkey]")) {
  const failure = Object.assign(document.createElement("p"), { className: "field-error" });
  form.querySelector(".actions").before(failure);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    failure.textContent = "";
    try {
      const answer = await fetch(form.dataset.options, { method: "POST", body: new FormData(form), headers: { Accept: "application/json" } });
      if (!answer.ok) throw new Error(answer.status);
      const made = await asked[form.dataset.passkey](await answer.json());
      form.elements.credential.value = JSON.stringify(made.toJSON());
      form.submit();
    } catch {
      failure.textContent = form.dataset.failed; // refused, broken off, too late
      live.textContent = form.dataset.failed;
    }
  });
}
