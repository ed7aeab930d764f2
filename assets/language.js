// Before Gradio's own scripts: which language the page is shown in, Chinese or English. Gradio asks
// the browser for it; the server, whose answers shall be in the same one, reads the cookie.
(() => {
  const NAME = "faceweb-language";
  let chosen = null;
  try {
    chosen = localStorage.getItem(NAME);
  } catch {
    // A browser that keeps nothing is asked anew each time.
  }
  const shown = chosen || (/^zh\b/i.test(navigator.language) ? "zh" : "en");
  const tag = shown === "zh" ? "zh-CN" : "en";
  Object.defineProperty(navigator, "language", { get: () => tag, configurable: true });
  document.documentElement.lang = tag;
  // A Space is a frame on another site's page.
  const framed = location.protocol === "https:" ? "SameSite=None; Secure; Partitioned" : "SameSite=Lax";
  document.cookie = `${NAME}=${shown}; Path=/; Max-Age=31536000; ${framed}`;
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-language]");
    if (!button) return;
    try {
      localStorage.setItem(NAME, button.dataset.language);
    } finally {
      location.reload();
    }
  });
})();
