"""Nine patches: what excites the units of a layer most, in a corpus of the visitor's choice."""

import re
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import gradio as gr

from faceweb.errors import LayerError
from faceweb.i18n import say
from faceweb.interpret.corpus import CORPUS_SIDE, Corpus
from faceweb.interpret.describe import describe
from faceweb.interpret.top_patches import Patch, check_layer, check_unit, patches_of
from faceweb.ui.boundary import DEVICE_QUEUE, PAINT_QUEUE, Services, handler
from faceweb.ui.components import LONGEST, clickable, pick_unit
from faceweb.ui.controls import QUICK
from faceweb.ui.tabs.inside.choice import (
    CHANGED,
    LAYER,
    NETWORK,
    PRIVATE,
    Choice,
    clear_on_change,
    fits,
    stops,
    whole,
)
from faceweb.ui.views import inside as inside_view

UNITS, MOST_UNITS = 9, 32
# Patches shown while the pass runs may take this share of its time.
SHOWING = 0.3
EMPTY = (
    "Press <b>Find them</b>: one pass over the pictures keeps nine patches for every unit of every "
    "layer."
)
UNFINISHED = "These pictures have not been looked through to the end: press <b>Find them</b>."


@dataclass(frozen=True)
class TopPatchesTab:
    """The sub-tab's events."""

    services: Services

    @handler
    def top_patches(
        self,
        network: str = NETWORK,
        layer: str = LAYER,
        units: str = "",
        pictures: list[str] | None = None,
        several: bool = False,
        corpus: str = "bundled",
    ):
        """The nine patches of a corpus that excite units of a layer most, streamed.

        Units are numbers with commas between them, the nine strongest if empty. Pictures and zips
        of pictures stand in for the bundled corpus; with several, more than one patch may come from
        one picture. Returns a record (network, layer, receptive field: size, stride and offset in
        pixels, corpus, units: unit, what its patches have in common, patches: image, view, box in
        pixels of the upright picture, activation, padded), the figure and the progress as HTML.
        """
        inspector, networks = (
            self.services.ready().inspector(network),
            self.services.ready().faces(),
        )
        check_layer(inspector.extractor, layer)
        wanted = _numbers(units)
        for unit in wanted:
            check_unit(inspector.extractor, layer, unit)
        chosen = self._corpus(pictures, corpus)
        most = UNITS if several else 1
        paused = time.perf_counter()
        for step in self.services.indexes.look(inspector, networks, chosen, most):
            told = inside_view.progress(step, chosen)
            began = time.perf_counter()
            if not step.finished and (began < paused or not step.index.views):
                yield gr.skip(), gr.skip(), told
                continue
            shown = wanted or step.index.strongest(layer, UNITS)
            found = patches_of(inspector.extractor, networks, chosen, step.index, layer, shown)
            common = {unit: describe(each) for unit, each in found.items()}
            figure = inside_view.top_patches(found, common)
            paused = time.perf_counter() + (time.perf_counter() - began) / SHOWING
            if not step.finished:
                yield gr.skip(), figure, told
        facts = inspector.extractor.facts(
            layer, inspector.extractor.size or (CORPUS_SIDE, CORPUS_SIDE)
        )
        record = {
            "network": network,
            "layer": layer,
            "receptive_field": asdict(facts.field),
            "corpus": {
                "title": chosen.title,
                "pictures": len(chosen),
                "skipped": step.index.skipped,
                "note": chosen.note,
            },
            "units": [
                {"unit": unit, "common": common[unit], "patches": list(map(_record, each))}
                for unit, each in found.items()
            ],
        }
        yield record, figure, told

    @handler
    def unit(self, network, layer, unit, pictures, several, corpus):
        """One unit's nine patches large, and the pixels that excite it; nothing is looked for."""
        inspector, networks = (
            self.services.ready().inspector(network),
            self.services.ready().faces(),
        )
        number = whole(unit)
        check_unit(inspector.extractor, check_layer(inspector.extractor, layer), number)
        chosen = self._corpus(pictures, corpus)
        index = self.services.indexes.peek(inspector, chosen, UNITS if several else 1)
        if index is None:
            return f'<p class="empty">{say(UNFINISHED)}</p>'
        found = patches_of(inspector.extractor, networks, chosen, index, layer, [number])[number]
        gradients = [
            [inspector.saliency(patch.view.floats, layer, patch.place, guided) for patch in found]
            for guided in (True, False)
        ]
        return inside_view.unit_patches(number, found, describe(found), gradients)

    @handler
    def follow(self, shown, *asked):
        """The same for a unit that was chosen elsewhere, where patches are shown already."""
        network, layer, unit, *_ = asked
        known = shown and fits(self.services.ready().inspector(network).extractor, layer, unit)
        return self.unit(*asked) if known else gr.skip()

    @handler
    def refresh(self, shown, network, layer, *where):
        """The patches of another layer, where those of one are shown already."""
        if shown:
            yield from self.top_patches(network, layer, "", *where)
        else:
            yield gr.skip(), gr.skip(), gr.skip()

    def _corpus(self, pictures: list[str] | None, name: str) -> Corpus:
        return self.services.indexes.corpus(name, [Path(path) for path in pictures or []])


def build(services: Services, choice: Choice) -> Callable:
    """Lays out and wires the sub-tab; returns what lets a unit's patches follow the choice, to be
    called once all is wired that such a change must empty."""
    handlers = TopPatchesTab(services)
    with gr.Row(elem_classes="act"):
        start = gr.Button("Find them", variant="primary", elem_id="inside-find", scale=3)
        stop = gr.Button("Stop", min_width=80, elem_id="inside-find-stop")
    told = gr.HTML(_empty(), elem_id="inside-pass", padding=False)
    figure = clickable("", "inside-nine")
    detail = gr.HTML("", elem_id="inside-nine-unit", padding=False)
    with gr.Accordion("Your own pictures, other units", open=False, elem_id="inside-corpus"):
        units, where = _corpus(services.indexes.offers_folder)
    with gr.Accordion("The record", open=False):
        record = gr.JSON(show_label=False)
    shown = gr.State(False)
    # The chosen layer again, told only once what the last one asked for has been ended.
    layer = gr.Textbox(LAYER, visible="hidden", elem_id="inside-nine-layer")
    asked = [choice.network, choice.layer, choice.unit, *where]
    run = start.click(
        handlers.top_patches,
        [choice.network, choice.layer, units, *where],
        [record, figure, told],
        api_name="top_patches",
        show_progress="hidden",
        **PAINT_QUEUE,
    )
    run.success(lambda: True, None, shown, **QUICK)
    figure.select(pick_unit, None, choice.unit, **QUICK).then(
        handlers.unit, asked, detail, show_progress="minimal", **PRIVATE, **DEVICE_QUEUE
    )
    start.click(lambda: "", None, detail, **QUICK)
    changes = [each.change for each in where]
    refreshed = layer.change(
        handlers.refresh,
        [shown, choice.network, layer, *where],
        [record, figure, told],
        **CHANGED,
        **PAINT_QUEUE,
    )
    clear_on_change(changes, [figure, detail, told], (None, None, _empty), [run, refreshed])
    gr.on(changes, lambda: False, None, shown, queue=False, **CHANGED)
    clear_on_change([choice.layer.change], [figure, detail], (None, None), [run, refreshed])
    choice.layer.change(None, choice.layer, layer, js="(layer) => layer", **CHANGED)
    stops(stop, [run, refreshed], "inside-pass")
    return lambda: choice.unit.change(
        handlers.follow, [shown, *asked], detail, **CHANGED, **DEVICE_QUEUE
    )


def _corpus(offers_folder: bool) -> tuple[gr.Textbox, list[gr.blocks.Block]]:
    """Which units, and which pictures: what `top_patches` takes last."""
    pictures = gr.File(
        file_count="multiple",
        file_types=["image", ".zip"],
        label="Pictures, or a zip of them",
        elem_id="inside-pictures",
        height=160,
    )
    corpus = gr.Radio(
        [("bundled with the page", "bundled"), ("the server's folder", "folder")],
        value="bundled",
        label="Without pictures of your own",
        visible=offers_folder,
    )
    units = gr.Textbox("", label="Units", placeholder="3, 17, 40: empty for the nine strongest")
    several = gr.Checkbox(False, label="Several patches from one picture")
    return units, [pictures, several, corpus]


def _empty() -> str:
    return f'<p class="empty">{say(EMPTY)}</p>'


def _numbers(units: str) -> list[int]:
    """Units out of what was typed.

    Raises:
        LayerError: it is no list of whole numbers, or too long.
    """
    words_typed = [word for word in re.split(r"[,\s]+", str(units or "").strip("[] ")) if word]
    if not all(word.isdecimal() and len(word) <= LONGEST for word in words_typed):
        raise LayerError("Units are whole numbers with commas between them, as in 3, 17, 40.")
    if len(words_typed) > MOST_UNITS:
        raise LayerError(f"Ask for {MOST_UNITS} units at a time at most.")
    return list(dict.fromkeys(map(int, words_typed)))


def _record(patch: Patch) -> dict:
    return {
        "image": patch.image,
        "view": patch.what,
        "box": patch.box.as_list(),
        "activation": round(patch.activation, 5),
        "padded": patch.padded,
    }
