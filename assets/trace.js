// Chooses a beat or a filter by a click or a key, and scrolls the trace to where a beat is.
// Given by Gradio: element, the component's root; trigger; watch, which tells of new HTML.
const STRIP = "#ecg-answer .scroll";

function scroll(strip, at, behavior) {
  strip.scrollTo({left: at * strip.scrollWidth - strip.clientWidth / 2, behavior});
}

function choose(part, x, y) {
  if (part.matches("input")) return trigger("select", {pick: part.dataset.pick, x, y});
  for (const other of element.querySelectorAll(".chosen")) other.classList.remove("chosen");
  if (!part.classList.contains("map")) part.classList.add("chosen");
  const strip = document.querySelector(STRIP);
  if (part.dataset.at && strip) scroll(strip, Number(part.dataset.at), "smooth");
  trigger("select", {pick: part.dataset.pick, x, y});
}

element.addEventListener("click", (event) => {
  const part = event.target.closest("[data-pick]");
  if (!part) return;
  const box = part.getBoundingClientRect();
  choose(part, (event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height);
});

element.addEventListener("keydown", (event) => {
  const part = event.target.closest("g[data-pick]");
  if (!part || (event.key !== "Enter" && event.key !== " ")) return;
  event.preventDefault();
  choose(part, 0.5, 0.5);
});

watch("value", () => requestAnimationFrame(() => {
  const strip = element.querySelector(".scroll");
  if (strip) scroll(strip, Number(strip.dataset.at), "instant");
}));
