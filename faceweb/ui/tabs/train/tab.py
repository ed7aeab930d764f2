"""Train: a network learns, in front of you, to tell people apart."""

import gradio as gr

from faceweb.config import TrainConfig
from faceweb.ui.boundary import TRAIN_QUEUE, Services, Shared
from faceweb.ui.components import try_it
from faceweb.ui.controls import PROMPT, QUICK, choice, number, slider
from faceweb.ui.how_it_works import explain_tab
from faceweb.ui.stream_panel import Event, Start, stream_panel
from faceweb.ui.tabs.train.handlers import DATA, NAMES, Handlers
from faceweb.ui.views import train as train_view

TITLE = "Train"
INTRO = """Watch a network learn to tell people apart, in about a minute. It learns by comparing.
Show it an anchor, a positive (the same person) and a negative (somebody else), and ask that the
positive be nearer by a margin. <span class="formula">L(A, P, N) = max(d(A, P) − d(A, N) + margin,
0)</span>"""
HOW = """**Siamese network.** Every picture passes through the same network f, so the error of a
pair or triplet flows back through it two or three times. From scratch: four convolutions, 194,000
parameters, 64 numbers of unit length. On photos a *head* learns, while the face recogniser stays as
it is: a matrix on its 128 numbers, or a logistic unit. Or its *last blocks* learn, 2.4 million
parameters, held near where they began. A head can be used in Verify and Recognize, unless it was
measured on copies of single photos.

**Triplet loss** (Schroff et al. 2015). A batch holds 16 people with 4 pictures each. *Random*
negatives are soon easy and teach nothing. The *semi-hard* one is the nearest that is farther than
the positive. The *hardest* (Hermans et al. 2017) pull hardest and, before anything is learnt, pull
everything onto one point: then d(A, P) = d(A, N) and the loss sits at the margin. Anchors without
a positive or a negative are left out.

**Contrastive loss** (Hadsell et al. 2006). d² for two pictures of one person, max(margin − d, 0)²
for others; a margin of 1 suits it.

**Binary** (Taigman et al. 2014). Verification as classification by a logistic unit, σ(Σ w_k |f_k(a)
− f_k(b)| + b), or on the chi-square terms (f_k(a) − f_k(b))² / (|f_k(a)| + |f_k(b)|): absolute
values, since units here can be negative.

**Measured honestly.** 160 drawn people are learnt from, 20 others watched while it learns, and 40
more compared at the end: none is in two of these groups. The equal error rate is where as many
strangers pass as friends are refused; guessing gives 50 %."""
TRY = "learn to tell drawn people apart, from nothing"


def build(services: Services, shared: Shared) -> None:
    """Lays out and wires the tab."""
    handlers = Handlers(services)
    gr.HTML(f'<p class="intro">{INTRO}</p>', padding=False)
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
    explain_tab("train", HOW)
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
        before=Event(handlers.press),
        failed=Event(handlers.restore, shown),
        stop=(stop, handlers.stop, PROMPT),
    )
    reset.click(handlers.reset, None, shown, **PROMPT)
    shared.version.change(handlers.check, None, shown, **QUICK)
    use.click(handlers.keep, shared.key, None, api_name="keep_head")


def _show_inputs(data: str):
    """What only some data need: a zip, and what learns on photos."""
    return gr.update(visible=data == "zip"), gr.update(visible=data != "avatars")
