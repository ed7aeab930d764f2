"""What the volumes' sub-tab does: show a volume, scroll through it, choose a layer and a unit."""

import time
from dataclasses import asdict, dataclass, field
from pathlib import Path

import gradio as gr

from faceweb.errors import MediaError
from faceweb.features.phantom import phantom
from faceweb.features.volume_file import read_volume
from faceweb.features.volume_look import AXES, VolumeLook
from faceweb.ui.dimensions import volume_words
from faceweb.ui.handlers import Services, guarded
from faceweb.ui.inside.choice import whole
from faceweb.ui.sessions import Sessions
from faceweb.ui.tongue import say, spoken

LAYER = "conv2_2"
TURN, CUBES_TURN = 30, 35
HEAD = "A head that nobody has, made by our own code"


@dataclass(eq=False)
class Bench:
    """The volume that one visitor looks into."""

    look: VolumeLook
    title: str
    note: str
    used: float = field(default_factory=time.monotonic)
    running: bool = False

    def stop(self) -> None:
        """Nothing runs."""


@dataclass(frozen=True)
class Handlers:
    """The sub-tab's events."""

    services: Services
    benches: Sessions[Bench] = field(default_factory=Sessions)

    @guarded
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
        look = VolumeLook(self.services.workshop().volume_probe(), volume, layer, number)
        places = [count // 2 for count in look.counts]
        if axis not in range(len(AXES)) or index != -1:
            # Refuses what there is none of before anything is replaced.
            look.slice(axis, index)
            places[axis] = index
        bench = Bench(look, title, note)
        if request is not None and request.session_hash:
            self.benches.put(request, bench)
        return _record(bench, axis, places[axis]), *_shown(bench, places, TURN, True)

    @guarded
    def ready(self, request: gr.Request):
        """The viewer, with sliders as long as the volume, and its unit."""
        look = self._required(request).look
        middles = [
            gr.Slider(maximum=count - 1, value=count // 2, interactive=True)
            for count in look.counts
        ]
        shown = gr.update(visible=True), volume_words.looking()
        return *shown, *middles, TURN, CUBES_TURN, True, look.unit

    @guarded
    def strongest_cubes(self, turn: float = CUBES_TURN, request: gr.Request = None):
        """The nine cubes that excite the chosen unit most, of the volume shown last.

        Turn is in degrees. Returns a record (layer, unit, activations) and the cubes as HTML.
        """
        look = self._required(request).look
        activations = [round(value, 5) for _, value in look.cubes()]
        record = {"layer": look.found.facts.name, "unit": look.unit, "activations": activations}
        return record, volume_words.cubes(look, float(turn))

    @guarded
    def choose(
        self, layer, unit, warm, turn, cubes_turn, depth, height, width, request: gr.Request
    ):
        """Another layer or unit of the same volume; the strongest one of another layer."""
        bench, places = self._required(request), [int(depth), int(height), int(width)]
        same = layer == bench.look.found.facts.name
        bench.look.choose(layer, whole(unit) if same and unit is not None else None)
        _, *shown = _shown(bench, places, turn, warm)
        record = _record(bench, 0, places[0])
        return record, *shown, volume_words.cubes(bench.look, cubes_turn), bench.look.unit

    def chosen(self, request: gr.Request):
        """The unit that is shown, where another one was refused."""
        bench = self._used(request)
        return gr.skip() if bench is None else bench.look.unit

    @spoken
    def above(self, index: float, warm: bool, request: gr.Request):
        """A slice along the depth."""
        return self._slice(0, index, warm, request)

    @spoken
    def front(self, index: float, warm: bool, request: gr.Request):
        """A slice along the height."""
        return self._slice(1, index, warm, request)

    @spoken
    def side(self, index: float, warm: bool, request: gr.Request):
        """A slice along the width."""
        return self._slice(2, index, warm, request)

    @spoken
    def turned(self, degrees: float, warm: bool, request: gr.Request):
        """The volume seen through from another side."""
        bench = self._used(request)
        if bench is None:
            return gr.skip()
        return _through(bench.look, degrees, warm)

    @spoken
    def cubes(self, degrees: float, request: gr.Request):
        """The nine cubes, turned."""
        bench = self._used(request)
        return gr.skip() if bench is None else volume_words.cubes(bench.look, float(degrees))

    @spoken
    def warmed(self, warm, degrees, depth, height, width, request: gr.Request):
        """All four pictures with or without heat."""
        bench, places = self._used(request), [int(depth), int(height), int(width)]
        if bench is None:
            return [gr.skip()] * 4
        return _panes(bench.look, places, degrees, warm)

    def _slice(self, axis: int, index: float, warm: bool, request: gr.Request):
        bench = self._used(request)
        if bench is None or not 0 <= index < bench.look.counts[axis]:
            return gr.skip()
        pixels = bench.look.slice(axis, int(index), warm)
        return volume_words.pane(pixels, say("slice {number}", number=int(index)))

    def _used(self, request: gr.Request) -> Bench | None:
        bench = self.benches.of(request)
        if bench is not None:
            bench.used = time.monotonic()
        return bench

    def _required(self, request: gr.Request) -> Bench:
        bench = self._used(request)
        if bench is None:
            raise MediaError("The volume was forgotten meanwhile: show it again.")
        return bench


def _panes(look: VolumeLook, places: list[int], degrees: float, warm: bool) -> list[str]:
    slices = [
        volume_words.pane(look.slice(axis, place, warm), say("slice {number}", number=place))
        for axis, place in enumerate(places)
    ]
    return [*slices, _through(look, degrees, warm)]


def _through(look: VolumeLook, degrees: float, warm: bool) -> str:
    return volume_words.pane(look.view(float(degrees), warm), say("the volume seen through"))


def _shown(bench: Bench, places: list[int], degrees: float, warm: bool) -> tuple[str, ...]:
    told = volume_words.told(bench.look, bench.title, bench.note)
    return told, *_panes(bench.look, places, degrees, warm), volume_words.units(bench.look)


def _record(bench: Bench, axis: int, index: int) -> dict:
    found, unit = bench.look.found, bench.look.unit
    return {
        "shape": list(bench.look.shape),
        "spacing": [round(length, 4) for length in bench.look.spacing],
        "layer": found.facts.name,
        "unit": unit,
        "activation": float(found.maps[..., unit].max()),
        "strongest": found.strongest,
        "receptive_field": asdict(found.facts.field),
        "axis": axis,
        "index": index,
        "note": bench.note,
    }
