// Copy, share and print: buttons that only work with JavaScript stay hidden until then.
const live = document.querySelector("#live");

// With its links and paragraphs for programs that take them, as plain text for all others.
async function copy(source, isFormatted) {
  if (!isFormatted) return navigator.clipboard.writeText(source.textContent.trim());
  const parts = { "text/html": source.innerHTML, "text/plain": source.innerText.trim() };
  const blobs = Object.entries(parts).map(([type, text]) => [type, new Blob([text], { type })]);
  return navigator.clipboard.write([new ClipboardItem(Object.fromEntries(blobs))]);
}

for (const button of document.querySelectorAll("[data-copy]")) {
  button.hidden = !navigator.clipboard;
  button.addEventListener("click", async () => {
    const source = document.querySelector(button.dataset.copy);
    try {
      await copy(source, "formatted" in button.dataset);
      button.textContent = button.dataset.done;
      live.textContent = button.dataset.done;
    } catch {
      getSelection().selectAllChildren(source); // the browser forbids it: select the text, to copy by hand
    }
  });
}

for (const button of document.querySelectorAll("[data-share]")) {
  button.hidden = !navigator.share;
  button.addEventListener("click", () => {
    const url = document.querySelector(button.dataset.share).textContent.trim();
    navigator.share({ title: document.title, url }).catch(() => {}); // closing the dialogue is no failure
  });
}

for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}
