"""Controls out of a config, whose defaults and ranges are written once; scrolling.

What the arguments of named endpoints mean, written once: programs and MCP clients read it.
"""

import functools
import inspect
from collections.abc import Callable
from dataclasses import fields

import gradio as gr

from faceweb import config
from faceweb.config import Bounded

# Of an event that is no program's business, and of one that is answered at once, past the queue.
PRIVATE = {"api_visibility": "private"}
QUICK = {"queue": False, "show_progress": "hidden", **PRIVATE}
# Never held up, but queued: what has no place in the queue can show no message.
PROMPT = {"concurrency_limit": None, "show_progress": "hidden", **PRIVATE}


def default(config: type[Bounded], name: str) -> float:
    """The default of one field of a config."""
    return next(item.default for item in fields(config) if item.name == name)


def slider(config: type[Bounded], name: str, **options) -> gr.Slider:
    """A slider for one bounded field of a config."""
    item = next(item for item in fields(config) if item.name == name)
    return gr.Slider(
        item.metadata["low"],
        item.metadata["high"],
        value=item.default,
        step=item.metadata["step"],
        **{"label": name.replace("_", " ").capitalize(), **options},
    )


def number(config: type[Bounded], name: str, **options) -> gr.Number:
    """A box for one field of a config whose range is too wide for a slider."""
    item = next(item for item in fields(config) if item.name == name)
    low, high = item.metadata["low"], item.metadata["high"]
    return gr.Number(item.default, minimum=low, maximum=high, precision=0, **options)


def choice(config: type[Bounded], name: str, **options) -> gr.Radio:
    """Buttons for one field of a config that takes one of several words."""
    item = next(item for item in fields(config) if item.name == name)
    label = name.replace("_", " ").capitalize()
    return gr.Radio(
        list(item.metadata["choices"]), value=item.default, **{"label": label, **options}
    )


def spread_config(handler: Callable) -> Callable:
    """Lets Gradio call a handler that takes a config with one argument for each of its fields.

    Gradio hands values over by position, and names the arguments of its programming interface after
    the signature. So each parameter that is annotated with a config is replaced there, where it
    stands, by the config's fields with their defaults, and made of their values at every call.
    """
    signature, configs = inspect.signature(handler), {}
    parameters: list[inspect.Parameter] = []
    for parameter in signature.parameters.values():
        kind = parameter.annotation
        if not (inspect.isclass(kind) and issubclass(kind, Bounded)):
            parameters.append(parameter)
            continue
        configs[parameter.name] = kind, [item.name for item in fields(kind)]
        parameters += [
            inspect.Parameter(item.name, parameter.kind, default=item.default)
            for item in fields(kind)
        ]
    spread = signature.replace(parameters=parameters)

    @functools.wraps(handler)
    def call(*arguments, **named):
        bound = spread.bind(*arguments, **named)
        bound.apply_defaults()
        values = bound.arguments
        made = {
            name: kind(**{field: values.pop(field) for field in own})
            for name, (kind, own) in configs.items()
        }
        return handler(**values, **made)

    call.__signature__ = spread  # type: ignore[attr-defined]
    return call


def into_view(selector: str) -> str:
    """Script that scrolls to an answer that lies below what a small screen shows."""
    return f"""() => {{
  const answer = document.querySelector("{selector}");
  if (answer.getBoundingClientRect().top > 0.7 * window.innerHeight)
    answer.scrollIntoView({{behavior: "smooth", block: "start"}});
}}"""


KEY = (
    "32 hexadecimal digits that open one gallery, as /enroll returns them; whoever holds them "
    "can use it"
)
# By argument, or by handler and argument where one word means two things.
MEANINGS = {
    "photo": "a picture, JPEG, PNG, WebP or the like, of at most 50 megapixels",
    "photo_a": "a photo that shows a face; the largest counts",
    "photo_b": "the photo to compare it with",
    "name": "whom the photo shows, in at most 80 characters",
    "gallery_key": KEY,
    "face": "which face of the photo, 0 for the largest",
    "threshold": "the largest distance at which two faces count as one person",
    "decide": "by the plain distance, or by what was taught or trained under gallery_key",
    "same": "whether the two photos show one person",
    "person": "somebody's name, as /people lists it",
    "new_name": "what the person shall be called",
    "photo_id": "number of a photo, as /enroll returns it",
    "archive": "a zip: of /export for /import, of a folder of photos for each person for /train",
    "content": "the picture to repaint",
    "style": "the picture in whose manner to paint",
    "style_2": "a second style, or nothing",
    "style_3": "a third style, or nothing",
    "share": "how much the first style counts among several",
    "share_2": "how much the second style counts",
    "share_3": "how much the third style counts",
    "mask": "a picture that is white where to paint, or nothing",
    "replay": "the recipe of an earlier record, to paint it again, or nothing",
    "alpha": "weight of the content",
    "beta": "weight of the style",
    "smooth": "weight of smoothness",
    "statistic": "what of the style is matched",
    "optimizer": "how the picture is moved",
    "colours": "whose colours are kept",
    "content_layer": "the layer whose activations are the content",
    "style_scale": "how large the style's strokes are",
    "init": "what the painting begins with",
    "size": "longer side of the painting in pixels",
    "steps": "how many steps",
    "rate": "size of the first step",
    "seed": "the same seed gives the same result",
    "data": "who is learnt: drawn people, the gallery under gallery_key, or the archive",
    "loss": "what is minimised",
    "mining": "which negatives a triplet takes",
    "margin": "how much further different people shall be than the same",
    "depth": "what learns on photos: a head on the encodings, or the network's last blocks",
    "network": "which network; vgg19 must be made ready by /network once",
    "layer": "a layer of it; /feature_maps names them if given one that does not exist",
    "unit": "a channel of the layer, from 0",
    "unit_a": "a channel of the layer, from 0",
    "unit_b": "another channel of the layer",
    "units": "channels with commas between them; the nine strongest if empty",
    "pictures": "pictures or zips of them to look through instead of the corpus",
    "several": "whether one picture may give more than one patch",
    "corpus": "which pictures to look through",
    "wanted": "what the correlation of the two units shall become",
    "patch": "side of what covers the photo, as a share of its shorter side",
    "fill": "what covers it",
    "baseline": "what integrated gradients start from",
    "attribute.steps": "points of the way from the baseline to the photo",
    "attribute_faces.steps": "points of the way from the baseline to the face",
    "rank": "how many axes: 1 for a signal, 2 for a picture, 3 for a volume",
    "filter": "positions of the filter along each axis",
    "filters": "how many filters, which is channels of the output",
    "channels": "channels of the input",
    "stride": "how far the filter moves at a time",
    "padding": "none (valid), or zeros until the output is as large as the input (same)",
    "dilation": "how far the filter's positions lie apart",
    "kernel": "which numbers the filter holds",
    "dimensions.size": "positions of the input along each axis",
    "convolve.size": "positions of the input along each axis",
    "stylize_audio.content": "the sound to keep in time, WAV, MP3 or the like, 0.5 to 30 s",
    "stylize_audio.style": "the sound in whose manner to make it",
    "texture": "whether nothing of a content is kept and more of the style is grown out of noise",
    "ecg.source": "a simulated trace with ectopic beats, the bundled one, or the file",
    "ecg.seed": "of the simulated trace and the first filters",
    "ecg.file": "a CSV or EDF of one trace, 2 s to 10 minutes; it goes before the source",
    "ecg.rate": "samples a second of a CSV without times, 50 to 1000; 0 takes the file's own",
    "volume_maps.file": "NIfTI, TIFF of many pages, npz or a zip of DICOM; nothing for the head",
    "volume_maps.layer": "a layer of the inflated network",
    "volume_maps.unit": "a channel of the layer, from 0; nothing for the strongest",
    "axis": "the axis that is cut: 0 depth, 1 height, 2 width",
    "index": "which slice along it, from 0; -1 for the middle",
    "turn": "by how many degrees the cubes are turned",
    "stylize_volume.content": "a clip, MP4, WebM, MOV or GIF, of which 4 s are used, or nothing",
    "stylize_volume.style": "the picture in whose manner to paint the clip",
    "stylize_volume.size": "longer side of the frames in pixels",
    "motion": "weight of what changes along the clip's motion",
    "bundled": "which bundled clip, where no content is given: pan, turn or ball",
    "solid.style": "the picture that every slice of the block shall look like",
    "side": "voxels of the block along each axis",
    "inflate.layer": "a layer of the painter's network",
}
CONFIGS = {
    "stylize": config.StyleConfig,
    "instant": config.StyleConfig,
    "train": config.TrainConfig,
    "race": config.TrainConfig,
    "dream": config.AscentConfig,
    "repaint": config.RepaintConfig,
    "attribute": config.AttributionConfig,
    "attribute_faces": config.AttributionConfig,
    "occlude": config.OcclusionConfig,
    "occlude_faces": config.OcclusionConfig,
    "dimensions": config.DimensionsConfig,
    "convolve": config.DimensionsConfig,
    "stylize_audio": config.SoundConfig,
    "ecg": config.TraceConfig,
    "stylize_volume": config.ClipConfig,
    "solid": config.SolidConfig,
    "verify": config.FacesConfig,
    "recognize": config.FacesConfig,
}


def explain(handler: Callable) -> str | None:
    """The docstring of a handler with a line for each argument whose meaning is known."""
    ranges = {item.name: item.metadata for item in fields(CONFIGS.get(handler.__name__, Bounded))}
    lines = []
    for name in inspect.signature(handler).parameters:
        level = name.removeprefix("lambda")
        layer = f"weight of layer conv{level}_1 in the style" if level != name else None
        meaning = layer or MEANINGS.get(f"{handler.__name__}.{name}", MEANINGS.get(name))
        if meaning is None:
            continue
        limits = ranges.get(name, {})
        if "low" in limits:
            meaning += f" ({limits['low']:g} to {limits['high']:g})"
        lines.append(f"    {name}: {meaning}.")
    doc = inspect.getdoc(handler)
    return doc if doc is None or not lines else "\n".join([doc, "", "Args:", *lines])
