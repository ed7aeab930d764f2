"""Volumes: slices to scroll through under what a 3-D network sees, its cubes, a view to turn."""

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path

import gradio as gr

from faceweb.errors import MediaError
from faceweb.i18n import read_text, say
from faceweb.media.volume import read_volume
from faceweb.serving.gradio_patches import localize
from faceweb.signals.samples import phantom
from faceweb.signals.volume import AXES, VolumeLook
from faceweb.ui.boundary import DEVICE_QUEUE, Services, Shared, handler
from faceweb.ui.components import clickable, pick_unit
from faceweb.ui.controls import PRIVATE, QUICK, into_view
from faceweb.ui.how_it_works import explain_tab
from faceweb.ui.sessions.base import Sessions
from faceweb.ui.tabs.inside.choice import whole
from faceweb.ui.views import volumes as volumes_view

LAYER = "conv2_2"
TURN, CUBES_TURN = 30, 35
HEAD = "A head that nobody has, made by our own code"


@dataclass(eq=False)
class VolumeView:
    """The volume that one visitor looks into."""

    look: VolumeLook
    title: str
    note: str
    used: float = field(default_factory=time.monotonic)
    running: bool = False

    def stop(self) -> None:
        """Nothing runs."""


@dataclass(frozen=True)
class VolumesTab:
    """The sub-tab's events."""

    services: Services
    benches: Sessions[VolumeView] = field(default_factory=Sessions)

    @handler
    def volume_maps(
        self,
        file: str | None = None,
        layer: str = LAYER,
        unit: float | None = None,
        axis: float = 0,
        index: float = -1,
        request: gr.Request = None,
    ):
        """What does a layer of the inflated network see in a volume, and where?

        The file is NIfTI, TIFF, npz, npy or a zip of a DICOM series; without one the bundled
        phantom is shown. Without a unit it is the strongest one; axis 0, 1, 2 is depth, height,
        width; index is the slice along it, the middle one if -1. Returns a record (shape and
        spacing in millimetres of the volume, layer, unit, activation, strongest units,
        receptive_field, axis, index, note), then as HTML what was done, the slices along the three
        axes, the view through it, and the strongest units' maps.
        """
        number = None if unit is None else whole(unit)
        axis, index = whole(axis, "axis"), -1 if index == -1 else whole(index, "slice")
        if file:
            (volume, note), title = read_volume(Path(file)), Path(file).name
        else:
            volume, note, title = phantom(), "", say(HEAD)
        look = VolumeLook(self.services.ready().volume_extractor(), volume, layer, number)
        places = [count // 2 for count in look.counts]
        if axis not in range(len(AXES)) or index != -1:
            # Refuses what there is none of before anything is replaced.
            look.slice(axis, index)
            places[axis] = index
        view = VolumeView(look, title, note)
        if request is not None and request.session_hash:
            self.benches.put(request, view)
        return _record(view, axis, places[axis]), *_show(view, places, TURN, True)

    @handler
    def ready(self, request: gr.Request):
        """The viewer, with sliders as long as the volume, and its unit."""
        look = self._require(request).look
        middles = [
            gr.Slider(maximum=count - 1, value=count // 2, interactive=True)
            for count in look.counts
        ]
        shown = gr.update(visible=True), volumes_view.progress()
        return *shown, *middles, TURN, CUBES_TURN, True, look.unit

    @handler
    def strongest_cubes(self, turn: float = CUBES_TURN, request: gr.Request = None):
        """The nine cubes that excite the chosen unit most, of the volume shown last.

        Turn is in degrees. Returns a record (layer, unit, activations) and the cubes as HTML.
        """
        look = self._require(request).look
        activations = [round(value, 5) for _, value in look.cubes()]
        record = {"layer": look.found.facts.name, "unit": look.unit, "activations": activations}
        return record, volumes_view.cubes(look, float(turn))

    @handler
    def choose(
        self, layer, unit, warm, turn, cubes_turn, depth, height, width, request: gr.Request
    ):
        """Another layer or unit of the same volume; the strongest one of another layer."""
        view, places = self._require(request), [int(depth), int(height), int(width)]
        same = layer == view.look.found.facts.name
        view.look.choose(layer, whole(unit) if same and unit is not None else None)
        _, *shown = _show(view, places, turn, warm)
        record = _record(view, 0, places[0])
        return record, *shown, volumes_view.cubes(view.look, cubes_turn), view.look.unit

    def show_chosen(self, request: gr.Request):
        """The unit that is shown, where another one was refused."""
        view = self._use(request)
        return gr.skip() if view is None else view.look.unit

    @localize
    def above(self, index: float, warm: bool, request: gr.Request):
        """A slice along the depth."""
        return self._slice(0, index, warm, request)

    @localize
    def front(self, index: float, warm: bool, request: gr.Request):
        """A slice along the height."""
        return self._slice(1, index, warm, request)

    @localize
    def side(self, index: float, warm: bool, request: gr.Request):
        """A slice along the width."""
        return self._slice(2, index, warm, request)

    @localize
    def rotate(self, degrees: float, warm: bool, request: gr.Request):
        """The volume seen through from another side."""
        view = self._use(request)
        if view is None:
            return gr.skip()
        return _through(view.look, degrees, warm)

    @localize
    def cubes(self, degrees: float, request: gr.Request):
        """The nine cubes, turned."""
        view = self._use(request)
        return gr.skip() if view is None else volumes_view.cubes(view.look, float(degrees))

    @localize
    def toggle_heat(self, warm, degrees, depth, height, width, request: gr.Request):
        """All four pictures with or without heat."""
        view, places = self._use(request), [int(depth), int(height), int(width)]
        if view is None:
            return [gr.skip()] * 4
        return _panes(view.look, places, degrees, warm)

    def _slice(self, axis: int, index: float, warm: bool, request: gr.Request):
        view = self._use(request)
        if view is None or not 0 <= index < view.look.counts[axis]:
            return gr.skip()
        pixels = view.look.slice(axis, int(index), warm)
        return volumes_view.pane(pixels, say("slice {number}", number=int(index)))

    def _use(self, request: gr.Request) -> VolumeView | None:
        view = self.benches.of(request)
        if view is not None:
            view.used = time.monotonic()
        return view

    def _require(self, request: gr.Request) -> VolumeView:
        view = self._use(request)
        if view is None:
            raise MediaError("The volume was forgotten meanwhile: show it again.")
        return view


def _panes(look: VolumeLook, places: list[int], degrees: float, warm: bool) -> list[str]:
    slices = [
        volumes_view.pane(look.slice(axis, place, warm), say("slice {number}", number=place))
        for axis, place in enumerate(places)
    ]
    return [*slices, _through(look, degrees, warm)]


def _through(look: VolumeLook, degrees: float, warm: bool) -> str:
    return volumes_view.pane(look.view(float(degrees), warm), say("the volume seen through"))


def _show(view: VolumeView, places: list[int], degrees: float, warm: bool) -> tuple[str, ...]:
    told = volumes_view.description(view.look, view.title, view.note)
    return told, *_panes(view.look, places, degrees, warm), volumes_view.units(view.look)


def _record(view: VolumeView, axis: int, index: int) -> dict:
    found, unit = view.look.found, view.look.unit
    return {
        "shape": list(view.look.shape),
        "spacing": [round(length, 4) for length in view.look.spacing],
        "layer": found.facts.name,
        "unit": unit,
        "activation": float(found.maps[..., unit].max()),
        "strongest": found.strongest,
        "receptive_field": asdict(found.facts.field),
        "axis": axis,
        "index": index,
        "note": view.note,
    }


TITLE = "Volumes"
# The painter's network, inflated; where it has many units that fire.
LAYERS = tuple(f"conv{n}" for n in ("1_1", "1_2", "2_1", "2_2", "3_1", "3_2", "4_1", "4_2", "5_1"))
PANES = ("From above", "From the front", "From the side")


def build(services: Services, shared: Shared) -> None:
    """Lays out and wires the sub-tab."""
    handlers = VolumesTab(services)
    gr.HTML(f'<p class="intro">{read_text("volumes_intro")}</p>', padding=False)
    with gr.Row(elem_classes="columns"):
        with gr.Column(scale=5, min_width=300):
            head = gr.Button("Show the head", variant="primary", elem_id="volumes-head")
            gr.HTML(f'<p class="note">{read_text("volumes_note")}</p>', padding=False)
        with gr.Column(scale=4, min_width=300):
            file = gr.File(label="Or your own scan", height=120, elem_id="volumes-file")
    told = gr.HTML(volumes_view.empty(), elem_id="volumes-told", padding=False)
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
    explain_tab("volumes", read_text("volumes_how"))
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
        refused.failure(handlers.show_chosen, None, unit, **QUICK)
    grid.select(pick_unit, None, unit, **QUICK).then(
        handlers.choose, chosen, [record, *shown, unit], **again
    )
    _scroll(handlers, panes, sliders, turn, warm)
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


def _scroll(
    handlers: VolumesTab,
    panes: list[gr.HTML],
    sliders: list[gr.Slider],
    turn: gr.Slider,
    warm: gr.Checkbox,
) -> None:
    shows: list[Callable] = [handlers.above, handlers.front, handlers.side, handlers.rotate]
    for show, pane, slider in zip(shows, panes, [*sliders, turn], strict=True):
        slider.input(show, [slider, warm], pane, trigger_mode="always_last", **QUICK)
    warm.input(handlers.toggle_heat, [warm, turn, *sliders], panes, **QUICK)
