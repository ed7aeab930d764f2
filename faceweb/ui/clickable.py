"""HTML whose parts can be chosen by a click or a key."""

import gradio as gr

from faceweb.errors import LayerError

# One listener for whatever is shown later; x and y are shares of the part's width and height.
_LISTEN = """element.addEventListener('click', (event) => {
  const part = event.target.closest('[data-pick]');
  if (!part) return;
  for (const other of element.querySelectorAll('.unit.chosen')) other.classList.remove('chosen');
  part.classList.add('chosen');
  const box = part.getBoundingClientRect();
  trigger('select', {
    pick: part.dataset.pick,
    x: (event.clientX - box.left) / box.width,
    y: (event.clientY - box.top) / box.height,
  });
});"""


def clickable(value: str, elem_id: str) -> gr.HTML:
    """HTML whose parts bear `data-pick`; `picked` reads its `select` event."""
    return gr.HTML(value, js_on_load=_LISTEN, elem_id=elem_id, padding=False)


def picked(event: gr.EventData) -> str:
    """What was chosen.

    Raises:
        LayerError: a program sent something else.
    """
    pick = event._data.get("pick") if isinstance(event._data, dict) else None
    if not isinstance(pick, str):
        raise LayerError("Choose a part of the picture by a click.")
    return pick


def where(event: gr.EventData) -> tuple[float, float]:
    """Where in the part the click was, as shares in [0, 1) from the left and from above."""
    data = event._data if isinstance(event._data, dict) else {}
    shares = []
    for name in ("x", "y"):
        value = data.get(name)
        real = isinstance(value, int | float) and 0 <= value <= 1
        shares.append(min(float(value), 0.999999) if real else 0.0)
    return shares[0], shares[1]
