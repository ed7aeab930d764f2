"""Style: a content repainted in a style, live, with sliders that act while it runs."""

import gradio as gr

from faceweb.config import LIVE, NETWORKS, StyleConfig
from faceweb.i18n import read_text
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
from faceweb.ui.controls import PRIVATE, QUICK, choice, number, slider
from faceweb.ui.how_it_works import explain_tab
from faceweb.ui.stream_panel import Event, Start, hide, stream_panel
from faceweb.ui.tabs.style.handlers import NAMES, StyleTab
from faceweb.ui.views import style as style_view

TITLE = "Style"
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


def build(services: Services, shared: Shared) -> None:
    """Lays out and wires the tab."""
    handlers = StyleTab(services)
    gr.HTML(f'<p class="intro">{read_text("style_intro")}</p>', padding=False)
    controls: dict[str, gr.components.Component] = {}
    with gr.Row(elem_classes="columns"):
        with gr.Column(scale=4, min_width=320):
            with gr.Row(elem_classes="pair-input"):
                content = photo_input("Content C", height=HEIGHT, elem_id="style-content")
                style = photo_input("Style S", height=HEIGHT, elem_id="style-style")
            pairs = example_row(STYLE_PAIRS, [content, style], "style-examples", PAINT_NOTE)
            example_row(STYLES, [style], "styles-examples", STYLES_NOTE, "Or choose another style")
        with gr.Column(scale=5, min_width=320, elem_id="style-panel"):
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
    _contact_sheet(handlers, [content, style, network, *extras, *settings], controls)
    _at_once(handlers, [content, style, controls["size"]], record)
    explain_tab("style", read_text("style_how"))
    with gr.Accordion("The record", open=False):
        record.render()
    stream_panel(
        shared.page,
        [
            Start(start.click, handlers.stylize, inputs, {"api_name": "stylize"}),
            Start(pairs.then, handlers.stylize, inputs),
            Start(go_on.click, handlers.resume),
        ],
        [record, live, compared, save],
        PAINT_QUEUE,
        leave=handlers.runs.remove,
        scroll_to="#style-panel",
        before=Event(hide, hung),
        after=Event(handlers.show_result, hung),
        stop=(stop, handlers.stop, QUICK),
    )
    for name in LIVE:
        controls[name].change(handlers.move, [controls[n] for n in LIVE], None, **QUICK)
    presets.input(PRESETS.get, presets, [controls["alpha"], controls["beta"]], **QUICK)
    gr.on(
        [content.change, network.change, controls["size"].change, controls["steps"].change],
        handlers.expect,
        [content, network, controls["size"], controls["steps"]],
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


def take_weights(event: gr.SelectData):
    """Alpha and beta of the contact sheet's cell that was clicked."""
    row, column = divmod(event.index, len(BETAS))
    return ALPHAS[row], BETAS[column]


def _contact_sheet(handlers: StyleTab, inputs: list, controls: dict) -> None:
    with gr.Accordion("Contact sheet: α against β", open=False):
        gr.Markdown(read_text("style_sheet"))
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


def _at_once(handlers: StyleTab, inputs: list, record: gr.JSON) -> None:
    with gr.Accordion("At once, by a network that is downloaded", open=False):
        gr.Markdown(read_text("style_instant"))
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
