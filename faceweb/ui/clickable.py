"""HTML whose parts can be chosen by a click or a key."""

import gradio as gr

from faceweb.errors import LayerError
from faceweb.ui.handlers import guarded

CHOOSE = "Choose a part of the picture by a click."
# Digits of the largest number that a layer could give a unit.
LONGEST = 9

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
        raise LayerError(CHOOSE)
    return pick


@guarded
def picked_unit(event: gr.EventData):
    """The unit that was clicked at, as a handler."""
    pick = picked(event)
    if not pick.isdecimal() or len(pick) > LONGEST:
        raise LayerError(CHOOSE)
    return int(pick)


def where(event: gr.EventData) -> tuple[float, float]:
    """Where in the part the click was, as shares in [0, 1) from the left and from above."""
    data = event._data if isinstance(event._data, dict) else {}
    shares = []
    for name in ("x", "y"):
        value = data.get(name)
        real = isinstance(value, int | float) and 0 <= value <= 1
        shares.append(min(float(value), 0.999999) if real else 0.0)
    return shares[0], shares[1]
