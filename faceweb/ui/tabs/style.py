"""Style: a content repainted in a style, live, with sliders that act while it runs."""

from dataclasses import dataclass, field, fields, replace

import gradio as gr
import numpy as np
from gradio.processing_utils import save_bytes_to_cache
from gradio.utils import get_upload_folder

from faceweb.config import NETWORKS, StyleConfig
from faceweb.features.recipe import read_recipe, to_png
from faceweb.features.scene import Scene
from faceweb.features.sheet import contact_sheet
from faceweb.features.stylize import Painting
from faceweb.ui import records, style_words
from faceweb.ui.controls import choice, slider, takes
from faceweb.ui.easels import Easel, Easels
from faceweb.ui.examples import (
    PAINT_NOTE as PAIRS_NOTE,
)
from faceweb.ui.examples import (
    STYLE_PAIRS,
    STYLES,
    STYLES_NOTE,
    example_row,
)
from faceweb.ui.handlers import PAINT_QUEUE, Services, Shared, guarded, show_download
from faceweb.ui.photos import photo_input, required

TITLE = "Style"
INTRO = """Repaint a picture in the manner of another. No network is trained: the painting G itself
is moved, step by step, down the slope of one cost. <span class="formula">J(G) = α
J<sub>content</sub>(C, G) + β J<sub>style</sub>(S, G)</span>"""
HOW = """A convolutional network trained to see turns a picture into feature maps. **Content** is
where things are: J_content compares the maps of one deep layer, position by position. **Style** is
what occurs together, wherever it is: J_style compares Gram matrices, whose entry (i, j) says how
strongly channels i and j fire at the same places (Gatys et al. 2016). The gradient of J with
respect to the pixels says how to repaint; Adam follows it, first on a small picture, then on ever
larger ones.

Move **α** and **β** while it paints: the next step already obeys. More β, more brushwork; more α,
more of your photo."""
ROWS = (
    ("size", "steps", "style_scale"),
    ("smooth", "rate", "seed"),
    ("lambda1", "lambda2", "lambda3", "lambda4", "lambda5"),
    ("init", "colours"),
    ("statistic", "content_layer", "optimizer"),
)
NUMBERS = frozenset(name for row in ROWS[:3] for name in row)
LABELS = {
    "size": "Longer side, pixels",
    "steps": "Steps a size",
    "style_scale": "Size of the style's strokes",
    "smooth": "\u03b3: smoothness",
    "rate": "Step size of Adam",
    "init": "Start from",
    "statistic": "Gram matrix",
    "content_layer": "Layer of J_content",
} | {f"lambda{n}": f"\u03bb conv{n}_1" for n in range(1, 6)}
EXTRAS = {"network": NETWORKS[0], "style_2": None, "share_2": 0.5, "mask": None}
WEIGHTS = {"alpha": "\u03b1: keep the content", "beta": "\u03b2: take the style"}
LIVE = ("alpha", "beta", "smooth", "lambda1", "lambda2", "lambda3", "lambda4", "lambda5")
PRESETS = {"Faithful": (3.0, 1.0), "Painterly": (1.0, 1.5), "Wild": (0.3, 4.0)}
NAMES = tuple(item.name for item in fields(StyleConfig))


@dataclass(frozen=True)
class Handlers:
    """The tab's events."""

    services: Services
    easels: Easels = field(default_factory=Easels)

    @guarded
    @takes(StyleConfig, before=("content", "style"), after=EXTRAS)
    def stylize(self, content, style, *values):
        """Repaints a content picture in the style of another, streaming the painting.

        A second style is blended in with its share; a mask is white where to paint. Returns a
        record (j, j_content, j_style, steps, seconds, size, seed, recipe), the painting with its
        costs as HTML, content and painting as two pictures, and the painting as a PNG that
        carries its recipe.
        """
        *settings, network, style_2, share_2, mask, request = values
        config = _config(settings)
        pictures = required(content, "a content picture"), required(style, "a style")
        scene = _scene(*pictures, style_2, share_2, mask)
        painter = self._painter(config, network)
        painting = Painting(painter, scene, config)
        easel = Easel(painting, scene, config, config, network, painter.fingerprint)
        yield from self._paint(self.easels.put(request, easel))

    @guarded
    def resume(self, request: gr.Request):
        """Goes on with the painting that was stopped, or beyond its end."""
        yield from self._paint(self.easels.required(request))

    @guarded
    @takes(StyleConfig, names=LIVE)
    def move(self, *values):
        """Lets the painting under way obey the sliders from its next step on."""
        *weights, request = values
        easel = self.easels.of(request)
        if easel is not None:
            easel.config = replace(easel.config, **dict(zip(LIVE, weights, strict=True)))

    def stop(self, request: gr.Request):
        """Stops the painting; the best so far stays."""
        easel = self.easels.of(request)
        if easel is not None:
            easel.painting.stop()

    @guarded
    def sheet(self, content, style, *settings):
        """Paints alpha against beta, small, 25 times."""
        config = _config(settings)
        scene = _scene(required(content, "a content picture"), required(style, "a style"))
        shown = []
        for alpha, beta, picture in contact_sheet(self._painter(config), scene, config):
            shown.append((picture, f"\u03b1 {alpha:g}, \u03b2 {beta:g}"))
            yield shown

    @guarded
    def load(self, recipe: bytes | None):
        """Every control as a recipe says."""
        config = read_recipe(recipe or b"")
        return [getattr(config, name) for name in NAMES]

    def _painter(self, config: StyleConfig, network: str = NETWORKS[0]):
        studio = self.services.studio()
        return studio.painter(network, config.content_layer, config.statistic, show_download)

    def _paint(self, easel: Easel):
        away = gr.update(visible=False)
        yield gr.skip(), style_words.waiting(), away, away
        for step in easel.paint():
            shown = style_words.painting(easel, step)
            yield records.painting(easel, step), shown, gr.skip(), gr.skip()
        record = records.painting(easel, step)
        png = to_png(step.picture, record["recipe"])
        path = save_bytes_to_cache(png, "faceweb-painting.png", get_upload_folder())
        pair = (easel.scene.content_at(step.shape), step.picture)
        shown = style_words.painting(easel, step, hung=True)
        yield (
            record,
            shown,
            gr.update(value=pair, visible=True),
            gr.update(value=path, visible=True),
        )


def _config(settings) -> StyleConfig:
    return StyleConfig(**dict(zip(NAMES, settings, strict=True)))


def _scene(content, style, style_2=None, share_2=0.0, mask=None) -> Scene:
    where = None if mask is None else mask.mean(axis=-1).astype(np.uint8)
    if style_2 is None:
        return Scene(content, (style,), mask=where)
    return Scene(content, (style, style_2), (1 - share_2, share_2), where)


def build(services: Services, shared: Shared) -> None:
    """Lays out and wires the tab."""
    handlers = Handlers(services)
    gr.HTML(f'<p class="intro">{INTRO}</p>', padding=False)
    controls = {}
    with gr.Row(elem_classes="studio"):
        with gr.Column(scale=4, min_width=320):
            with gr.Row(elem_classes="pair-input"):
                content = photo_input("Content C", height=220, elem_id="style-content")
                style = photo_input("Style S", height=220, elem_id="style-style")
            pairs = example_row(STYLE_PAIRS, [content, style], "style-examples", PAIRS_NOTE)
            example_row(STYLES, [style], "styles-examples", STYLES_NOTE, "Or choose a style")
            presets = gr.Radio(list(PRESETS), label="Preset", elem_id="style-preset")
            for name, label in WEIGHTS.items():
                controls[name] = slider(StyleConfig, name, label=label, elem_id=f"style-{name}")
            with gr.Row():
                start = gr.Button("Paint", variant="primary", elem_id="style-start", scale=2)
                stop = gr.Button("Stop", elem_id="style-stop", min_width=80)
                go_on = gr.Button("Continue", elem_id="style-continue", min_width=80)
        with gr.Column(scale=5, min_width=320):
            live = gr.HTML(style_words.easel_empty(), elem_id="style-live", padding=False)
            compared = gr.ImageSlider(
                label="Content and painting",
                interactive=False,
                visible=False,
                elem_id="style-compared",
            )
            save = gr.DownloadButton(
                "Download the painting", visible=False, elem_id="style-download"
            )
    with gr.Accordion("Advanced", open=False, elem_id="style-advanced"):
        extras = _advanced(controls)
        load = gr.UploadButton("Load a recipe (a painting saved here, or its JSON)", type="binary")
    with gr.Accordion("Contact sheet: \u03b1 against \u03b2", open=False):
        survey = gr.Button("Paint 25 small ones", elem_id="style-sheet-start")
        sheet = gr.Gallery(columns=5, label="Rows \u03b1, columns \u03b2", elem_id="style-sheet")
    with gr.Accordion("How it works", open=False):
        gr.Markdown(HOW)
    with gr.Accordion("The record", open=False):
        record = gr.JSON(show_label=False)

    settings = [controls[name] for name in NAMES]
    inputs = [content, style, *settings, *extras]
    outputs = [record, live, compared, save]
    streamed = {"outputs": outputs, "show_progress": "minimal", **PAINT_QUEUE}
    start.click(handlers.stylize, inputs, api_name="stylize", **streamed)
    pairs.then(handlers.stylize, inputs, api_visibility="private", **streamed)
    go_on.click(handlers.resume, None, api_visibility="private", **streamed)
    quick = {"queue": False, "api_visibility": "private", "show_progress": "hidden"}
    stop.click(handlers.stop, None, None, **quick)
    for name in LIVE:
        controls[name].change(handlers.move, [controls[n] for n in LIVE], None, **quick)
    presets.input(PRESETS.get, presets, [controls["alpha"], controls["beta"]], **quick)
    load.upload(handlers.load, load, settings, **quick)
    survey.click(
        handlers.sheet, [content, style, *settings], sheet, api_visibility="private", **PAINT_QUEUE
    )
    shared.page.unload(handlers.easels.remove)


def _advanced(controls: dict) -> list:
    """Adds a control for every other field of the config; returns what is beside the config."""
    for row in ROWS:
        with gr.Row():
            for name in row:
                make = slider if name in NUMBERS else choice
                label = LABELS.get(name, name.capitalize())
                controls[name] = make(StyleConfig, name, label=label)
    with gr.Row():
        network = gr.Radio(
            [("Built in", "perceptual"), ("VGG-19 (80 MB download)", "vgg19")],
            value="perceptual",
            label="Network",
        )
    with gr.Row():
        style_2 = photo_input("Second style", height=220)
        with gr.Column():
            share_2 = gr.Slider(0, 1, value=0.5, step=0.05, label="Share of the second style")
        mask = photo_input("Mask: white where to paint", height=220)
    return [network, style_2, share_2, mask]
