"""What decides in Verify and Recognize: the distance, what was taught, or what was trained."""

import gradio as gr

from faceweb.errors import TrainingError
from faceweb.features import teach
from faceweb.features.heads import Head, from_bytes, taught_head
from faceweb.ui.handlers import Services

DECIDERS = ("distance", "taught", "trained")
LABELS = ("the distance, d ≤ τ", "what I taught (Verify)", "the head I trained (Train)")


def decider(services: Services, decide: str, key: str) -> Head | None:
    """The head that decides, or None where the distance does.

    Raises:
        TrainingError: there is no such decider, or no trained head under this key.
    """
    if decide == "distance":
        return None
    if decide == "taught":
        marks = services.learnt.marks(key) if key else []
        source = "the pairs you marked" if marks else "a unit that was not taught yet"
        return taught_head(teach.unit_of(services.known, marks), source)
    if decide != "trained":
        raise TrainingError(f"Decide must be one of {', '.join(DECIDERS)}. Received: {decide}.")
    kept = services.learnt.head(key) if key else None
    if kept is None:
        raise TrainingError(
            "You have not kept a trained head: train on your gallery or a zip of photos, then "
            "press Use it."
        )
    return from_bytes(kept)


def choice(name: str) -> gr.Radio:
    """Buttons for what decides."""
    return gr.Radio(
        list(zip(LABELS, DECIDERS, strict=True)),
        value=DECIDERS[0],
        label="Decide by",
        elem_id=f"{name}-decide",
    )
