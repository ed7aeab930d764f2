// Names of examples for who does not see their pictures: Gradio gives them none.
new MutationObserver(() => {
  const bare = ".gallery-item:not([aria-label]), .tr-body > td:not([aria-label])";
  for (const example of document.querySelectorAll(bare)) {
    const picture = example.querySelector("img");
    if (!picture) continue; // It is drawn a moment later, or there are words.
    const file = decodeURIComponent(picture.src.split("/").pop()).replace(/\.\w+$/, "");
    example.setAttribute("aria-label", file.replaceAll("_", " "));
  }
}).observe(document, { childList: true, subtree: true, attributeFilter: ["src"] });
