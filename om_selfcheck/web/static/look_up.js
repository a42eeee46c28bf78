// A PDF is hashed here in the browser; only its hash is asked for, the file is never sent.
const box = document.querySelector("[data-look-up]");
const live = document.querySelector("#live");
const failure = Object.assign(document.createElement("p"), { className: "field-error" });
box.querySelector("input").before(failure);
box.hidden = !window.crypto?.subtle; // browsers hash on https and on this machine only

box.querySelector("input").addEventListener("change", async (event) => {
  const [file] = event.target.files;
  if (!file) return;
  try {
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", await file.arrayBuffer()));
    const address = new URL(box.dataset.address, location.href);
    address.searchParams.set("sha256", [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join(""));
    location.assign(address);
  } catch {
    failure.textContent = box.dataset.failed;
    live.textContent = box.dataset.failed;
  }
});
