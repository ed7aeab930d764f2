"""What it would like to see: a picture that grows until a unit is excited."""

from collections.abc import Sequence
from dataclasses import dataclass

import gradio as gr

from faceweb.config import AscentConfig
from faceweb.i18n import read_text
from faceweb.interpret.corpus import bundled_corpus
from faceweb.interpret.top_patches import Patch, check_layer, check_unit, patches_of
from faceweb.ui.boundary import PAINT_QUEUE, Services, handler
from faceweb.ui.controls import default, number, slider
from faceweb.ui.how_it_works import explain_tab
from faceweb.ui.tabs.inside.choice import LAYER, NETWORK, Choice, clear_on_change, stops, whole
from faceweb.ui.views import inside as inside_view

STEPS, SEED = default(AscentConfig, "steps"), default(AscentConfig, "seed")


@dataclass(frozen=True)
class ActivationMaximizationTab:
    """The sub-tab's events."""

    services: Services

    @handler
    def dream(
        self,
        network: str = NETWORK,
        layer: str = LAYER,
        unit: float = 0,
        steps: float = STEPS,
        seed: float = SEED,
    ):
        """What a unit would like to see, streamed as it grows.

        Returns a record (network, layer, unit, steps, seed, activation, and the activation of the
        unit's best patch in the bundled pictures) and the picture as HTML.
        """
        config = AscentConfig(steps=steps, seed=seed)
        inspector, networks = (
            self.services.ready().inspector(network),
            self.services.ready().faces(),
        )
        chosen = whole(unit)
        check_unit(inspector.extractor, check_layer(inspector.extractor, layer), chosen)
        indexes, corpus = self.services.indexes, bundled_corpus()
        index, found = indexes.peek(inspector, corpus), None
        if index is not None:
            found = patches_of(inspector.extractor, networks, corpus, index, layer, [chosen])[
                chosen
            ]
        record = {"network": network, "layer": layer, "unit": chosen, "seed": config.seed}
        from faceweb.interpret.activation_maximization import maximize_activation

        for step in maximize_activation(inspector, layer, [chosen], config):
            record |= {"steps": step.step, "activation": float(step.activations[0])}
            yield record | _best(found), inside_view.maximization(step, chosen, found)
        if found is None:
            # The picture need not wait for what it is compared with.
            for seen in indexes.look(inspector, networks, corpus):
                index = seen.index
                shown = inside_view.maximization(step, chosen, None) + inside_view.progress(
                    seen, corpus
                )
                yield record | _best(None), shown
            found = patches_of(inspector.extractor, networks, corpus, index, layer, [chosen])[
                chosen
            ]
            yield record | _best(found), inside_view.maximization(step, chosen, found)


def _best(found: Sequence[Patch] | None) -> dict:
    return {"best_patch": found[0].activation if found else None}


def build(services: Services, choice: Choice) -> None:
    """Lays out and wires the sub-tab."""
    handlers = ActivationMaximizationTab(services)
    gr.HTML(f'<p class="note">{read_text("dream_intro")}</p>', padding=False)
    with gr.Row(elem_classes="act"):
        start = gr.Button("Let this unit dream", variant="primary", elem_id="inside-dream", scale=3)
        stop = gr.Button("Stop", min_width=80, elem_id="inside-dream-stop")
    shown = gr.HTML("", elem_id="inside-dreaming", padding=False)
    with gr.Accordion("How long, and from which noise", open=False), gr.Row():
        steps = slider(AscentConfig, "steps")
        seed = number(AscentConfig, "seed", label="Seed")
    explain_tab("dream")
    with gr.Accordion("The record", open=False):
        record = gr.JSON(show_label=False)
    run = start.click(
        handlers.dream,
        [choice.network, choice.layer, choice.unit, steps, seed],
        [record, shown],
        api_name="dream",
        show_progress="minimal",
        **PAINT_QUEUE,
    )
    stops(stop, [run], "inside-dreaming")
    clear_on_change([choice.layer.change, choice.unit.change], [shown], run=[run])
