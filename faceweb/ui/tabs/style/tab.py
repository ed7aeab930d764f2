"""Style: a content repainted in a style, live, with sliders that act while it runs."""

import gradio as gr

from faceweb.config import LIVE, NETWORKS, StyleConfig
from faceweb.serving.gradio_patches import set_api_info
from faceweb.style.image import ALPHAS, BETAS
from faceweb.ui.boundary import PAINT_QUEUE, Services, Shared
from faceweb.ui.components import (
    PAINT_NOTE,
    STYLE_PAIRS,
    STYLES,
    STYLES_NOTE,
    example_row,
    photo_input,
)
from faceweb.ui.controls import choice, into_view, number, slider
from faceweb.ui.how_it_works import explain_tab
from faceweb.ui.tabs.style.handlers import NAMES, Handlers
from faceweb.ui.views import style as style_view

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
INSTANT = """Magenta's network (Ghiasi et al. 2017) was trained to guess what the optimiser would
arrive at, and repaints in a single pass: at once, but without α and β. It is downloaded from
TensorFlow Hub when you ask for it."""
SHEET = """Each row has one α, 4 at the top to 0.2; each column one β, 1 on the left to 40. Click a
picture to take its two weights."""
ROWS = (
    ("size", "steps", "style_scale"),
    ("smooth", "rate", "seed"),
    ("lambda1", "lambda2", "lambda3", "lambda4", "lambda5"),
    ("init", "colours"),
    ("statistic", "content_layer", "optimizer"),
)
NUMBERS = frozenset(name for row in ROWS[:3] for name in row)
MAKERS = {"seed": number}
LABELS = {
    "size": "Longer side, pixels",
    "steps": "Steps a size",
    "style_scale": "Size of the style's strokes",
    "smooth": "γ: smoothness",
    "rate": "Step size",
    "init": "Start from",
    "statistic": "Gram matrix",
    "content_layer": "Layer that J content compares",
    "optimizer": "Optimiser",
} | {f"lambda{n}": f"λ conv{n}_1" for n in range(1, 6)}
INFO = {
    "smooth": "how strongly neighbouring pixels pull each other together",
    "seed": "of the noise; the same seed and settings give the same picture",
    "lambda1": "colour and the finest texture",
    "lambda5": "the largest patterns",
    "init": "what the coarsest size begins with",
    "colours": "where the painting takes them from",
    "statistic": "centred: covariance and mean; plain: as in Gatys et al. 2016",
    "content_layer": "the deeper, the freer the painting is within its contours",
    "optimizer": "Adam obeys sliders best; L-BFGS is the paper's",
}
WEIGHTS = {"alpha": "α: content", "beta": "β: style"}
PRESETS = {"Faithful": (1.0, 2.0), "Painterly": (1.0, 10.0), "Wild": (0.5, 30.0)}
HEIGHT = 220
PRIVATE = {"api_visibility": "private"}
QUICK = {"queue": False, "show_progress": "hidden", **PRIVATE}
SHOW_PAINTING = into_view("#style-easel")


def build(services: Services, shared: Shared) -> None:
    """Lays out and wires the tab."""
    handlers = Handlers(services)
    gr.HTML(f'<p class="intro">{INTRO}</p>', padding=False)
    controls: dict[str, gr.components.Component] = {}
    with gr.Row(elem_classes="studio"):
        with gr.Column(scale=4, min_width=320):
            with gr.Row(elem_classes="pair-input"):
                content = photo_input("Content C", height=HEIGHT, elem_id="style-content")
                style = photo_input("Style S", height=HEIGHT, elem_id="style-style")
            pairs = example_row(STYLE_PAIRS, [content, style], "style-examples", PAINT_NOTE)
            example_row(STYLES, [style], "styles-examples", STYLES_NOTE, "Or choose another style")
        with gr.Column(scale=5, min_width=320, elem_id="style-easel"):
            presets = gr.Radio(list(PRESETS), label="Preset", elem_id="style-preset")
            with gr.Row():
                for name, label in WEIGHTS.items():
                    controls[name] = slider(
                        StyleConfig, name, label=label, elem_id=f"style-{name}", min_width=150
                    )
            with gr.Row():
                start = gr.Button("Paint", variant="primary", elem_id="style-start", scale=2)
                stop = gr.Button("Stop", elem_id="style-stop", min_width=80)
                go_on = gr.Button("Continue", elem_id="style-continue", min_width=80)
            expected = gr.HTML(style_view.limits(), elem_id="style-expected", padding=False)
            with gr.Column(visible=False, elem_id="style-hung") as hung:
                compared = gr.ImageSlider(
                    show_label=False,
                    interactive=False,
                    slider_position=8,
                    buttons=["fullscreen"],
                    elem_id="style-compared",
                )
                save = gr.DownloadButton("Download the painting", elem_id="style-download")
            live = gr.HTML(style_view.easel_empty(), elem_id="style-live", padding=False)
    with gr.Accordion("Advanced", open=False, elem_id="style-advanced"):
        network = _build_advanced(controls)
        extras = _pictures()
        load = gr.UploadButton(
            "Load a recipe (a painting saved here, or its JSON)",
            type="binary",
            elem_id="style-load",
        )
        # A recipe whose moves of the sliders are repeated while the settings are its own.
        replay = gr.JSON(visible=False)
        # Gradio's own is no JSON schema.
        set_api_info(replay, {"type": "object", "properties": {}})
    settings = [controls[name] for name in NAMES]
    inputs = [content, style, *settings, network, *extras, replay]
    record = gr.JSON(show_label=False, render=False)
    _contact_sheet(handlers, inputs[:-1], controls)
    _at_once(handlers, [content, style, controls["size"]], record)
    explain_tab("style", HOW)
    with gr.Accordion("The record", open=False):
        record.render()
    outputs = [record, live, compared, save]
    streamed = {"outputs": outputs, "show_progress": "minimal", **PAINT_QUEUE}
    # A second painting may be asked for while one runs, which it then stops.
    again = {"trigger_mode": "multiple"}
    for begun, paint in (
        (start.click, {"fn": handlers.stylize, "inputs": inputs, "api_name": "stylize"}),
        (pairs.then, {"fn": handlers.stylize, "inputs": inputs, **PRIVATE}),
        (go_on.click, {"fn": handlers.resume, **PRIVATE}),
    ):
        cleared = begun(lambda: gr.update(visible=False), None, hung, **QUICK, **again)
        cleared.then(None, None, None, js=SHOW_PAINTING, **PRIVATE)
        painted = cleared.then(**paint, **streamed, **again)
        for end in (painted.success, painted.failure):
            end(handlers.show_result, None, hung, **QUICK)
    stop.click(handlers.stop, None, None, **QUICK)
    for name in LIVE:
        controls[name].change(handlers.move, [controls[n] for n in LIVE], None, **QUICK)
    presets.input(PRESETS.get, presets, [controls["alpha"], controls["beta"]], **QUICK)
    gr.on(
        [content.change, network.change, controls["size"].change, controls["steps"].change],
        handlers.expect,
        [content, network, *settings],
        expected,
        show_progress="hidden",
        **PRIVATE,
    )
    shares = [extras[0], extras[2], extras[4]]
    load.upload(
        handlers.load,
        load,
        [*settings, network, *shares, replay],
        show_progress="hidden",
        **PRIVATE,
    )
    shared.page.unload(handlers.runs.remove)


def take_weights(event: gr.SelectData):
    """Alpha and beta of the contact sheet's cell that was clicked."""
    row, column = divmod(event.index, len(BETAS))
    return ALPHAS[row], BETAS[column]


def _contact_sheet(handlers: Handlers, inputs: list, controls: dict) -> None:
    with gr.Accordion("Contact sheet: α against β", open=False):
        gr.Markdown(SHEET)
        with gr.Row():
            survey = gr.Button("Paint 25 small ones", elem_id="style-sheet-start", scale=3)
            enough = gr.Button("Stop", min_width=80)
        sheet = gr.Gallery(
            columns=len(BETAS),
            height="auto",
            object_fit="contain",
            show_label=False,
            allow_preview=False,
            buttons=[],
            elem_id="style-sheet",
        )
    surveyed = survey.click(handlers.sheet, inputs, sheet, **PRIVATE, **PAINT_QUEUE)
    enough.click(None, None, None, cancels=surveyed, **PRIVATE)
    sheet.select(take_weights, None, [controls["alpha"], controls["beta"]], **QUICK)


def _at_once(handlers: Handlers, inputs: list, record: gr.JSON) -> None:
    with gr.Accordion("At once, by a network that is downloaded", open=False):
        gr.Markdown(INSTANT)
        start = gr.Button("Paint at once", elem_id="style-instant")
        painted = gr.Image(
            label="Painted at once", interactive=False, buttons=["download", "fullscreen"]
        )
    start.click(handlers.instant, inputs, [record, painted], api_name="instant", **PAINT_QUEUE)


def _build_advanced(controls: dict) -> gr.Radio:
    """Adds a control for every other field of the config; returns the choice of network."""
    for row in ROWS:
        with gr.Row():
            for name in row:
                make = MAKERS.get(name, slider if name in NUMBERS else choice)
                label = LABELS.get(name, name.capitalize())
                controls[name] = make(StyleConfig, name, label=label, info=INFO.get(name))
    return gr.Radio(
        list(zip(("Built in", "VGG-19 (80 MB download)"), NETWORKS, strict=True)),
        value=NETWORKS[0],
        label="Network",
    )


def _pictures() -> list:
    """Further styles with their shares, and the mask."""
    extras: list = []
    with gr.Row():
        extras.append(_share("Share of the style"))
        for which in ("Second", "Third"):
            with gr.Column():
                extras.append(photo_input(f"{which} style", height=HEIGHT))
                extras.append(_share(f"Share of the {which.lower()} style"))
        extras.append(photo_input("Mask: white where to paint", height=HEIGHT))
    return extras


def _share(label: str) -> gr.Slider:
    return gr.Slider(0, 1, value=1.0, step=0.05, label=label)
