"""What the arithmetic of a convolution says, in small pieces of HTML."""

import json
from collections.abc import Sequence
from dataclasses import replace
from html import escape
from math import prod

from faceweb.features.dimensions import Dimensions, dimensions
from faceweb.features.window import Window
from faceweb.numerics.convolution import padding_length
from faceweb.rank_config import DimensionsConfig, WindowConfig

RANKS = {1: "signal", 2: "picture", 3: "volume"}
SOURCES = {
    1: "One beat of an electrocardiogram (bundled with PyWavelets), every third sample",
    2: "A cup of coffee, photographed by Rachel Michetti, in grey from 0 to 255",
    3: "A head made of five ellipsoids, from 0 to 100, as a stack of slices",
}
# From here on a number of digits says less than its power of ten.
LONGEST = 10**10
POWERS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
# Numbers on the page; a weight of a third has no end.
DIGITS = 6


def times(shape: Sequence[int]) -> str:
    """A shape as people write it."""
    return " × ".join(str(length) for length in shape)


def large(number: int) -> str:
    """A number, from ten thousand million on as a power of ten."""
    if number < LONGEST:
        return f"{number:,}"
    mantissa, power = f"{float(number):.2e}".split("e+")
    return f"{mantissa} · 10{str(int(power)).translate(POWERS)}"


def refused(sentence: str) -> str:
    """Why there is no answer, in the place of one; the sentence is fit for HTML already."""
    return f'<div class="shapes refused" role="status"><p>{sentence}</p></div>'


def answer(config: DimensionsConfig, found: Dimensions) -> str:
    """Both shapes, and how every number comes about."""
    n, k, d, s = config.size, config.filter, config.dilation, config.stride
    before, after = padding_length(n, k, s, config.padding, d)
    length = found.output_shape[0]
    taps = f"{k}{str(config.rank).translate(POWERS)}"
    places = f"{length}{str(config.rank).translate(POWERS)}"
    zeros = before + after
    around = f"{before} before and {after} after" if zeros else "nothing is put around"
    return f"""<div class="shapes" role="status"><div><small>input</small>
{_shape(found.input_shape)}</div><i aria-label="becomes">→</i><div><small>output</small>
{_shape(found.output_shape)}</div></div>
<dl class="workings"><div><dt>positions along each axis <span>⌊(n + p − (d (k − 1) + 1)) / s⌋ +
1</span></dt><dd>⌊({n} + {zeros} − ({d} · ({k} − 1) + 1)) / {s}⌋ + 1 =
<b>{length}</b></dd><dd class="aside">p = {zeros}: {around}</dd></div>
<div><dt>parameters <span>(k<sup>rank</sup> · channels + 1) · filters</span></dt>
<dd>({taps} · {config.channels} + 1) · {config.filters} = <b>{large(found.parameters)}</b></dd>
</div><div><dt>multiplies <span>positions · k<sup>rank</sup> · channels · filters</span></dt>
<dd>{places} · {taps} · {config.channels} · {config.filters} = <b>{large(found.multiplies)}</b></dd>
</div></dl>"""


def ranks(config: DimensionsConfig) -> str:
    """The same settings over one, two and three axes."""
    rows = ""
    for rank, name in RANKS.items():
        found = dimensions(replace(config, rank=rank))
        mark = ' class="now" aria-current="true"' if rank == config.rank else ""
        rows += (
            f'<tr{mark}><th scope="row">{rank} <span>{name}</span></th>'
            f"<td>{times(found.output_shape)}</td><td>{large(found.parameters)}</td>"
            f"<td>{large(found.multiplies)}</td></tr>"
        )
    return f"""<table class="ranks"><caption>The same over one, two and three axes</caption>
<thead><tr><th scope="col">rank</th><th scope="col">output</th><th scope="col">parameters</th>
<th scope="col">multiplies</th></tr></thead><tbody>{rows}</tbody></table>"""


def numbers(found: Window, chosen: WindowConfig) -> dict:
    """A window's way as a record; arrays as nested lists."""
    return {
        "input": found.input.tolist(),
        "kernel": found.kernel.tolist(),
        "output": found.output.tolist(),
        "zeros": [found.before, found.after],
        "stride": found.stride,
        "dilation": found.dilation,
        "filter": chosen.kernel,
        "size": len(found.input),
    }


def stage(found: Window, config: DimensionsConfig) -> str:
    """The window, to be moved by assets/window.js, which reads what it needs in `data-slide`."""
    rank, cells = found.input.ndim, found.output.size
    data = {
        "rank": rank,
        "size": len(found.input),
        "taps": len(found.kernel),
        "length": len(found.output),
        "before": found.before,
        "after": found.after,
        "stride": found.stride,
        "dilation": found.dilation,
        "input": found.input.ravel().tolist(),
        "kernel": [round(weight, DIGITS) for weight in found.kernel.ravel().tolist()],
        "output": [round(value, DIGITS) for value in found.output.ravel().tolist()],
    }
    window = times(found.kernel.shape)
    label = (
        f"A window of {window} slides over a {RANKS[rank]} of {times(found.input.shape)} and fills "
        f"an output of {times(found.output.shape)}"
    )
    steps = f'min="1" max="{cells}" value="1"'
    return f"""<section class="slide" data-slide="{escape(json.dumps(data))}" aria-label="{label}">
<canvas role="img" aria-label="{label}"></canvas>
<div class="transport"><button type="button" data-do="play" aria-label="Play">▶</button>
<button type="button" data-do="back" aria-label="One cell back">‹</button>
<button type="button" data-do="on" aria-label="One cell on">›</button>
<input type="range" data-do="scrub" aria-label="Output cell" {steps}>
<output aria-live="off">1 of {cells:,}</output>
<label>Speed <input type="range" data-do="speed" aria-label="Speed" min="-3" max="3" step="0.5"
value="0"></label></div>
<div class="sum" aria-live="off"></div><div class="products"></div>
<p class="note">{_said(found, config)}</p></section>"""


def _said(found: Window, config: DimensionsConfig) -> str:
    rank, drawn = found.input.ndim, found.input.shape
    said = f"{SOURCES[rank]}. "
    if found.asked > drawn[0]:
        said += f"Drawn is {times(drawn)}, the largest that can be; the answer above is for "
        said += f"{times((found.asked,) * rank)}. "
    layers = []
    if config.filters > 1:
        layers.append(f"one filter of {config.filters:,}")
    if config.channels > 1:
        layers.append(f"one channel of {config.channels:,}, which a layer adds up")
    if layers:
        said += f"Drawn is {' on '.join(layers)}. "
    return said + f"{prod(found.kernel.shape):,} products a cell; a layer adds its bias to each."


def _shape(shape: Sequence[int]) -> str:
    channels = "channel" if shape[-1] == 1 else "channels"
    return f"<strong>{times(shape[:-1])}</strong><span>× {shape[-1]} <em>{channels}</em></span>"
