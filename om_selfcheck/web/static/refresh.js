// The numbers of a workshop run along while the page is seen. Who is no longer signed in reads so, and the asking ends.
const part = document.querySelector("[data-refresh]");
const EVERY = 30_000;

const timer = setInterval(async () => {
  if (document.hidden || part.contains(document.activeElement)) return;
  try {
    const answer = await fetch(part.dataset.refresh, { headers: { Accept: "application/json" }, redirect: "manual" });
    if (!answer.ok) {
      if (answer.type !== "opaqueredirect" && answer.status !== 403) return; // it will do better the next time
      clearInterval(timer);
      part.prepend(Object.assign(document.createElement("p"), { className: "hint", role: "status", textContent: part.dataset.ended }));
      return;
    }
    part.innerHTML = (await answer.json()).stages;
  } catch {
    // offline: the numbers stay as they are, with their time
  }
}, EVERY);
