"""Train: a network learns, in front of you, to tell people apart."""

import gradio as gr

from faceweb.config import TrainConfig
from faceweb.i18n import read_text
from faceweb.ui.boundary import TRAIN_QUEUE, Services, Shared
from faceweb.ui.components import try_it
from faceweb.ui.controls import PROMPT, QUICK, choice, number, slider
from faceweb.ui.how_it_works import explain_tab
from faceweb.ui.stream_panel import Event, Start, stream_panel
from faceweb.ui.tabs.train.handlers import DATA, NAMES, TrainTab
from faceweb.ui.views import train as train_view

TITLE = "Train"
TRY = "learn to tell drawn people apart, from nothing"


def build(services: Services, shared: Shared) -> None:
    """Lays out and wires the tab."""
    handlers = TrainTab(services)
    gr.HTML(f'<p class="intro">{read_text("train_intro")}</p>', padding=False)
    example = try_it(TRY, "train-try")
    controls = {}
    with gr.Row(elem_classes="atelier"):
        with gr.Column(scale=2, min_width=300):
            data = gr.Radio(
                list(
                    zip(
                        (
                            "Drawn faces, from scratch",
                            "My gallery",
                            "A zip of photos",
                        ),
                        DATA,
                        strict=True,
                    )
                ),
                value=DATA[0],
                label="Learn from",
                elem_id="train-data",
            )
            archive = gr.File(
                label="A zip with a folder of photos for each person",
                file_types=[".zip"],
                height=110,
                visible=False,
                elem_id="train-archive",
            )
            controls["depth"] = choice(
                TrainConfig,
                "depth",
                label="What learns, of the face recogniser",
                visible=False,
                elem_id="train-depth",
            )
            losses = [(label, name) for name, label in train_view.LOSSES.items()]
            controls["loss"] = gr.Radio(losses, value="triplet", label="Loss", elem_id="train-loss")
            controls["mining"] = choice(
                TrainConfig, "mining", label="Triplets of a batch", elem_id="train-mining"
            )
            controls["margin"] = slider(TrainConfig, "margin", elem_id="train-margin")
            controls["steps"] = slider(TrainConfig, "steps", elem_id="train-steps")
            with gr.Accordion("Rate and seed", open=False, elem_id="train-more"):
                controls["rate"] = slider(
                    TrainConfig, "rate", label="Size of the first step (Adam)", elem_id="train-rate"
                )
                controls["seed"] = number(TrainConfig, "seed", label="Seed")
            with gr.Row(elem_classes="act"):
                start = gr.Button("Train", variant="primary", scale=2, elem_id="train-start")
                race = gr.Button("Race three losses", scale=2, elem_id="train-race")
            with gr.Row():
                stop = gr.Button("Stop", min_width=80, elem_id="train-stop")
                go_on = gr.Button("Continue", min_width=80, elem_id="train-continue")
                reset = gr.Button("Reset", min_width=80, elem_id="train-reset")
            use = gr.Button("Use it in Verify and Recognize", elem_id="train-use")
        with gr.Column(scale=5, min_width=320):
            cure = gr.Button(
                train_view.CURE,
                visible=False,
                variant="primary",
                elem_id="train-cure",
            )
            live = gr.HTML(train_view.empty(), elem_id="train-live", padding=False)
    explain_tab("train", read_text("train_how"))
    with gr.Accordion("The record", open=False):
        record = gr.JSON(show_label=False)
    inputs = [data, *(controls[name] for name in NAMES), archive, shared.key]
    data.change(_show_inputs, data, [archive, controls["depth"]], **QUICK)
    shown = [record, live, cure]
    cured = cure.click(handlers.cure, None, [controls["mining"], controls["rate"]], **QUICK)
    tried = example.click(None, None, data, js=f"() => {DATA[0]!r}", **QUICK)
    stream_panel(
        shared.page,
        [
            Start(start.click, handlers.train, inputs, {"api_name": "train"}),
            Start(tried.then, handlers.train, inputs),
            Start(cured.then, handlers.train, inputs),
            Start(race.click, handlers.race, inputs, {"api_name": "race"}),
            Start(go_on.click, handlers.resume),
        ],
        shown,
        TRAIN_QUEUE,
        leave=handlers.runs.remove,
        scroll_to="#train-live",
        before=Event(handlers.ask),
        failed=Event(handlers.restore, shown),
        stop=(stop, handlers.stop, PROMPT),
    )
    reset.click(handlers.reset, None, shown, **PROMPT)
    shared.version.change(handlers.check, None, shown, **QUICK)
    use.click(handlers.keep, shared.key, None, api_name="keep_head")


def _show_inputs(data: str):
    """What only some data need: a zip, and what learns on photos."""
    return gr.update(visible=data == "zip"), gr.update(visible=data != "avatars")
