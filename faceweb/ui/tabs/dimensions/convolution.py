"""Convolution: shapes and costs for any rank, and a window that fills the output cell by cell."""

import json
from dataclasses import dataclass, fields
from functools import partial

import gradio as gr

from faceweb.config import ASSETS, DimensionsConfig, WindowConfig
from faceweb.i18n import both, in_script, read_text, say
from faceweb.signals.convolution import dimensions, slide
from faceweb.ui.boundary import Services, Shared, handler
from faceweb.ui.controls import PRIVATE, QUICK, choice, default, number, slider, spread_config
from faceweb.ui.how_it_works import explain_tab
from faceweb.ui.views import convolution as convolution_view

TITLE = "Convolution"
KEPT = "{label} goes from {low} to {high}, not to {value}: {near} it is."
NAMES = tuple(item.name for item in fields(DimensionsConfig))
# The course's three examples: what differs from the defaults.
PRESETS = {
    "ECG: 14\u00a0∗\u00a05": {"rank": 1, "filters": 1},
    "Picture: 14²\u00a0∗\u00a05²": {"rank": 2},
    "CT: 14³\u00a0∗\u00a05³": {"rank": 3},
}
LABELS = {
    "rank": "Rank, how many axes",
    "size": "Size n",
    "filter": "Filter k",
    "filters": "Filters",
    "channels": "Channels",
    "stride": "Stride s",
    "padding": "Padding",
    "dilation": "Dilation d",
}
FILTERS = {
    "difference": "Difference: edges",
    "second difference": "Second difference (Laplacian)",
    "average": "Average",
    "random": "Random",
}


@dataclass(frozen=True)
class ConvolutionTab:
    """The sub-tab's events."""

    @handler
    @spread_config
    def dimensions(self, config: DimensionsConfig):
        """What does a convolution make of a shape, and what does it cost?

        Rank is 1 (signal), 2 (picture) or 3 (volume); size and filter are positions along each
        axis. Returns a record (input_shape, output_shape, channels last; parameters, multiplies),
        the answer as HTML, and the same settings over other ranks as HTML.
        """
        found = dimensions(config)
        record = {
            "input_shape": list(found.input_shape),
            "output_shape": list(found.output_shape),
            "parameters": found.parameters,
            "multiplies": found.multiplies,
        }
        return record, convolution_view.answer(config, found), convolution_view.ranks(config)

    @handler
    @spread_config
    def convolve(self, config: DimensionsConfig, window: WindowConfig):
        """One filter slides over one channel of a bundled signal, picture or volume.

        Size is cut to 64, 24 or 14 positions a side. Returns a record (input, kernel, output:
        nested lists; zeros before and after, stride, dilation, filter, size) and the window as
        HTML.
        """
        found = slide(config, window)
        return convolution_view.numbers(found, window), convolution_view.stage(found, config)

    def live(self, kernel: str, seed: float, *settings):
        """All of it while a slider moves: a refusal stands in the answer's place."""
        try:
            answered = self.dimensions(*settings)
        except gr.Error as error:
            return None, convolution_view.refusal(error.message), "", None, ""
        return *answered, *self.move_window(kernel, seed, *settings)

    def move_window(self, kernel: str, seed: float, *settings):
        """The window alone, or why it cannot be drawn in its place."""
        try:
            return self.convolve(*settings, kernel, seed)
        except gr.Error as error:
            return None, convolution_view.refusal(error.message)


def build(services: Services, shared: Shared) -> None:
    """Lays out and wires the sub-tab."""
    handlers = ConvolutionTab()
    gr.HTML(f'<p class="intro">{read_text("convolution_intro")}</p>', padding=False)
    with gr.Row(elem_classes="presets"):
        presets = [
            gr.Button(label, min_width=90, elem_id=f"dimensions-preset-{settings['rank']}")
            for label, settings in PRESETS.items()
        ]
    with gr.Row(elem_classes="columns arithmetic"):
        with gr.Column(scale=4, min_width=300):
            controls = _controls()
        with gr.Column(scale=6, min_width=320, elem_classes="answers"):
            start = DimensionsConfig()
            gr.HTML('<p class="note" id="dimensions-kept" role="status"></p>', padding=False)
            answer = gr.HTML(
                both(convolution_view.answer, start, dimensions(start)),
                elem_id="dimensions-answer",
                padding=False,
            )
            ranks = gr.HTML(
                both(convolution_view.ranks, start), elem_id="dimensions-ranks", padding=False
            )
    with gr.Row():
        kernel = gr.Radio(
            [(label, name) for name, label in FILTERS.items()],
            value=default(WindowConfig, "kernel"),
            label="The filter that slides",
            elem_id="dimensions-kernel",
            scale=4,
            min_width=300,
        )
        seed = number(
            WindowConfig,
            "seed",
            label="Seed",
            visible=False,
            scale=1,
            min_width=150,
            elem_id="dimensions-seed",
        )
    stage = gr.HTML(
        "",
        js_on_load=(ASSETS / "window.js").read_text(),
        elem_id="dimensions-stage",
        padding=False,
    )
    explain_tab("convolution", read_text("convolution_how"))
    with gr.Accordion("The record", open=False):
        record = gr.JSON(show_label=False)
        # For programs: thousands of numbers would slow a moving slider down.
        moved = gr.JSON(visible=False)
    settings = [controls[name] for name in NAMES]
    window = [kernel, seed]
    # The page's own handlers take the settings last, as many as there are.
    moving = [*window, *settings]
    said, shown = [record, answer, ranks], [moved, stage]
    # While one answer is on its way, only the last of all moves after it is asked for.
    last = {"trigger_mode": "always_last", "js": _within(moving), **QUICK}
    gr.on([each.input for each in settings], handlers.live, moving, [*said, *shown], **last)
    gr.on([kernel.input, seed.input], handlers.move_window, moving, shown, **last)
    shared.page.load(handlers.live, moving, [*said, *shown], **QUICK)
    kernel.change(_show_seed, kernel, seed, **QUICK)
    for place, button in enumerate(presets):
        # The first one's click is what programs call by name.
        how = QUICK | {"api_visibility": "private" if place else "public"}
        chosen = button.click(None, None, settings, js=_set_image(button.value), **PRIVATE)
        chosen.then(handlers.dimensions, settings, said, api_name="dimensions", **how)
        chosen.then(handlers.convolve, [*settings, *window], shown, api_name="convolve", **how)


def _show_seed(kernel: str):
    """Only a random filter has a seed."""
    return gr.update(visible=kernel == "random")


def _controls() -> dict[str, gr.components.Component]:
    controls = {
        "rank": gr.Radio(
            [(f"{rank}: {name}", rank) for rank, name in convolution_view.RANKS.items()],
            value=default(DimensionsConfig, "rank"),
            label=LABELS["rank"],
            elem_id="dimensions-rank",
        )
    }
    for pair in (("size", "filter"), ("filters", "channels"), ("stride", "dilation")):
        with gr.Row():
            for name in pair:
                controls[name] = slider(
                    DimensionsConfig,
                    name,
                    label=LABELS[name],
                    elem_id=f"dimensions-{name}",
                    min_width=140,
                )
    controls["padding"] = choice(DimensionsConfig, "padding", elem_id="dimensions-padding")
    return controls


def _set_image(preset: str) -> str:
    values = [PRESETS[preset].get(name, default(DimensionsConfig, name)) for name in NAMES]
    return f"() => {json.dumps(values)}"


def _within(inputs: list) -> str:
    """Script that keeps typed numbers in their ranges, as the boxes do once they are left, and
    says so."""
    ranges = [[getattr(each, end, None) for end in ("minimum", "maximum")] for each in inputs]
    labels = [in_script(partial(say, each.label)) for each in inputs]
    return f"""(...given) => {{
  const said = [], labels = [{", ".join(labels)}];
  const kept = given.map((value, place) => {{
    const [low, high] = {json.dumps(ranges)}[place], label = labels[place];
    if (low === null) return value;
    const near = Math.min(Math.max(value ?? low, low), high);
    const told = {{label, low, high, value, near}};
    if (value !== null && value !== near)
      said.push({in_script(partial(say, KEPT))}.replace(/{{(\\w+)}}/g, (_, name) => told[name]));
    return near;
  }});
  document.querySelector("#dimensions-kept").textContent = said.join(" ");
  return kept;
}}"""
