// Enhancements only: every page works without this file.
const on = (selector, load) => document.querySelector(selector) && load();

on("#error-summary", () => document.querySelector("#error-summary").focus());
on("form[data-autosave]", () => import("./autosave.js"));
on("[data-copy], [data-share], [data-print]", () => import("./share.js"));
on("[data-fill]", () => import("./fill.js"));
on("[data-look-up]", () => import("./look_up.js"));
on("[data-refresh]", () => import("./refresh.js"));
on("form[data-guard]", () => import("./guard.js"));
on("form[data-passkey]", () => import("./passkeys.js"));
