"""The page as a whole, as browsers are told of it."""

import gradio as gr

from faceweb.engine import Engine
from faceweb.faces.calibration import load_calibration
from faceweb.ui.boundary import Services
from faceweb.ui.build import TABS, build_app


def test_every_tab_can_be_chosen_alone():
    """Two tabs of one id would open together."""
    page = build_app(Services(Engine("cpu"), None, load_calibration()))
    titles = {tab.TITLE for tab in TABS}
    tabs = [block for block in page.blocks.values() if isinstance(block, gr.Tab)]
    ids = {block.id for block in tabs if block.label in titles}
    assert ids == {"enroll", "verify", "recognize", "train", "style", "inside", "dimensions"}
