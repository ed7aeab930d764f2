"""Volumes: slices to scroll through under what a 3-D network sees, its cubes, a view to turn."""

from collections.abc import Callable

import gradio as gr

from faceweb.features.volume_look import AXES
from faceweb.ui.clickable import clickable, picked_unit
from faceweb.ui.controls import into_view
from faceweb.ui.dimensions import volume_words
from faceweb.ui.dimensions.volume_actions import CUBES_TURN, LAYER, TURN, Handlers
from faceweb.ui.handlers import DEVICE_QUEUE, Services, Shared
from faceweb.ui.howto.fold import fold

TITLE = "Volumes"
# The painter's network, inflated; where it has many units that fire.
LAYERS = tuple(f"conv{n}" for n in ("1_1", "1_2", "2_1", "2_2", "3_1", "3_2", "4_1", "4_2", "5_1"))
PANES = ("From above", "From the front", "From the side")
INTRO = """Look through a scan slice by slice, and see what a network finds in it. Each of the
network's <b>units</b> is a small filter that looks for one thing, an edge, a tube, a blob; the
<b>heat</b> laid over the slices shows where the chosen unit answers, the brighter the more."""
PHANTOM = """The head is the Shepp-Logan phantom in three dimensions, with vessels and
lesions added. Your own: NIfTI (.nii, .nii.gz), a TIFF of many pages, npz, or a zip of a DICOM
series, at most 512 voxels a side. Not for medical use."""
HOW = """**A filter of three axes.** Over a volume a filter is a small cube of weights that slides
along depth, height and width: <span class="formula">a<sub>k</sub>(i, j, l) = max(0, Σ
w<sub>k</sub>(a, b, c) x(i + a, j + b, l + c) + b<sub>k</sub>)</span>. Its map is a volume again,
and it is laid over the slices as heat, from the
unit's median answer to its largest.

**Where the weights come from.** Nobody trained this network on scans. It is the painter's own
network of pictures, *inflated* (Carreira & Zisserman 2017, "Quo Vadis, Action Recognition?"): each
filter is repeated along the new axis and divided by its length. So its units look for what holds
from slice to slice: edges, tubes, blobs.

**The nine cubes** are what the unit's nine strongest positions see (Zeiler & Fergus 2014), at least
half a field apart, each cut open in the middle: the top of a cube is the slice in which the unit
fires. Grey lies beyond the border.

**Seen through** keeps the brightest voxel of every ray (maximum intensity projection), and the
largest heat of the same ray. Voxels are made cubes first, so that a scan of thick slices keeps the
proportions of the body."""
PRIVATE = {"api_visibility": "private"}
QUICK = {"queue": False, "show_progress": "hidden", **PRIVATE}


def build(services: Services, shared: Shared) -> None:
    """Lays out and wires the sub-tab."""
    handlers = Handlers(services)
    gr.HTML(f'<p class="intro">{INTRO}</p>', padding=False)
    with gr.Row(elem_classes="studio"):
        with gr.Column(scale=5, min_width=300):
            head = gr.Button("Show the head", variant="primary", elem_id="volumes-head")
            gr.HTML(f'<p class="note">{PHANTOM}</p>', padding=False)
        with gr.Column(scale=4, min_width=300):
            file = gr.File(label="Or your own scan", height=120, elem_id="volumes-file")
    told = gr.HTML(volume_words.EMPTY, elem_id="volumes-told", padding=False)
    with gr.Column(visible=False, elem_id="volumes-viewer") as viewer:
        panes, sliders, turn = _viewer()
        layer = gr.Radio(
            list(LAYERS), value=LAYER, label="Layer of the 3-D network", elem_id="volumes-layer"
        )
        with gr.Row(elem_classes="head"):
            unit = gr.Number(
                None, label="Unit", precision=0, elem_id="volumes-unit", scale=1, min_width=110
            )
            warm = gr.Checkbox(
                True,
                label="Lay it over the slices as heat",
                elem_id="volumes-warm",
                scale=4,
                min_width=200,
            )
        grid = clickable("", "volumes-units")
        with gr.Row(elem_classes="head"):
            gr.HTML('<h2 class="section">Nine strongest cubes</h2>', padding=False, min_width=260)
            cubes_turn = _angle("Turn the cubes", CUBES_TURN, "volumes-cubes-turn")
        cubes = gr.HTML("", elem_id="volumes-cubes", padding=False)
    fold("volumes", HOW)
    with gr.Accordion("The record", open=False):
        record = gr.JSON(show_label=False)
    # For programs, which ask for one slice, and for the cubes in numbers.
    found = gr.JSON(visible=False)
    axis, index = gr.Number(0, visible=False), gr.Number(-1, visible=False)
    inputs = [file, layer, unit, axis, index]
    shown = [*panes, grid, cubes]
    looks = {
        "inputs": inputs,
        "outputs": [record, told, *panes, grid],
        "show_progress": "minimal",
        **DEVICE_QUEUE,
    }
    afresh = head.click(lambda: (None, None), None, [file, unit], **QUICK)
    added = file.upload(lambda: None, None, unit, **QUICK)
    for begun, name in ((afresh, {"api_name": "volume_maps"}), (added, PRIVATE)):
        asked = begun.then(handlers.volume_maps, **looks, **name)
        ready = asked.success(
            handlers.ready, None, [viewer, cubes, *sliders, turn, cubes_turn, warm, unit], **QUICK
        )
        # What is no scan does not stay, as what is shown is of another one.
        if begun is added:
            asked.failure(None, None, file, js="() => null", **QUICK)
        looked = PRIVATE if name is PRIVATE else {"api_name": "strongest_cubes"}
        ready.then(
            handlers.strongest_cubes,
            cubes_turn,
            [found, cubes],
            show_progress="hidden",
            **looked,
            **DEVICE_QUEUE,
        )
    afresh.then(None, None, None, js=into_view("#volumes-told"), **PRIVATE)
    chosen = [layer, unit, warm, turn, cubes_turn, *sliders]
    again = {"show_progress": "hidden", **PRIVATE, **DEVICE_QUEUE}
    for begun in (layer.input, unit.submit, unit.blur):
        refused = begun(handlers.choose, chosen, [record, *shown, unit], **again)
        refused.failure(handlers.chosen, None, unit, **QUICK)
    grid.select(picked_unit, None, unit, **QUICK).then(
        handlers.choose, chosen, [record, *shown, unit], **again
    )
    _scrolled(handlers, panes, sliders, turn, warm)
    cubes_turn.input(handlers.cubes, cubes_turn, cubes, trigger_mode="always_last", **QUICK)
    shared.page.unload(handlers.benches.remove)


def _viewer() -> tuple[list[gr.HTML], list[gr.Slider], gr.Slider]:
    """Four pictures with a slider each."""
    panes, sliders = [], []
    with gr.Row(elem_classes="panes"):
        for name, axis in zip(PANES, AXES, strict=True):
            with gr.Column(min_width=150):
                panes.append(gr.HTML("", elem_id=f"volumes-{axis}", padding=False))
                sliders.append(
                    gr.Slider(0, 95, value=48, step=1, label=name, elem_id=f"volumes-{axis}-slider")
                )
        with gr.Column(min_width=150):
            panes.append(gr.HTML("", elem_id="volumes-through", padding=False))
            turn = _angle("Seen through", TURN, "volumes-turn")
    return panes, sliders, turn


def _angle(label: str, value: int, name: str) -> gr.Slider:
    return gr.Slider(0, 360, value=value, step=5, label=f"{label}, °", elem_id=name)


def _scrolled(
    handlers: Handlers,
    panes: list[gr.HTML],
    sliders: list[gr.Slider],
    turn: gr.Slider,
    warm: gr.Checkbox,
) -> None:
    shows: list[Callable] = [handlers.above, handlers.front, handlers.side, handlers.turned]
    for show, pane, slider in zip(shows, panes, [*sliders, turn], strict=True):
        slider.input(show, [slider, warm], pane, trigger_mode="always_last", **QUICK)
    warm.input(handlers.warmed, [warm, turn, *sliders], panes, **QUICK)
