"""What the arithmetic of a convolution says, in small pieces of HTML."""

import json
from collections.abc import Sequence
from dataclasses import replace
from html import escape
from math import prod

from faceweb.config import DimensionsConfig, WindowConfig
from faceweb.i18n import say
from faceweb.signals.convolution import Dimensions, Window, dimensions, padding_length

RANKS = {1: "signal", 2: "picture", 3: "volume"}
SOURCES = {
    1: "One beat of an electrocardiogram (bundled with PyWavelets), every third sample.",
    2: "A cup of coffee, photographed by Rachel Michetti, in grey from 0 to 255.",
    3: "A head made of five ellipsoids, from 0 to 100, as a stack of slices.",
}
SLIDES = {
    1: "A window of {window} slides over a signal of {size} and fills an output of {output}",
    2: "A window of {window} slides over a picture of {size} and fills an output of {output}",
    3: "A window of {window} slides over a volume of {size} and fills an output of {output}",
}
# What assets/window.js says while the window moves.
DRAWN = {
    "count": "{} of {}",
    "cell": "cell ({})",
    "sum": "the sum of {} products",
    "slice": "slice {} of the window",
    "play": "Play",
    "pause": "Pause",
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


def refusal(sentence: str) -> str:
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
    around = (
        say("{before} before and {after} after", before=before, after=after)
        if zeros
        else say("nothing is put around")
    )
    of_weights, of_products = say("channels + 1) · filters"), say("channels · filters")
    return f"""<div class="shapes" role="status"><div><small>{say("input")}</small>
{_shape(found.input_shape)}</div><i role="img" aria-label="{say("becomes")}">→</i><div>
<small>{say("output")}</small>
{_shape(found.output_shape)}</div></div>
<dl class="workings"><div><dt>{say("positions along each axis")} <span>⌊(n + p − (d (k − 1) + 1)) /
s⌋ + 1</span></dt><dd>⌊({n} + {zeros} − ({d} · ({k} − 1) + 1)) / {s}⌋ + 1 =
<b>{length}</b></dd><dd class="aside">p = {zeros}: {around}</dd></div>
<div><dt>{say("parameters")} <span>(k<sup>{say("rank")}</sup> · {of_weights}</span></dt>
<dd>({taps} · {config.channels} + 1) · {config.filters} = <b>{large(found.parameters)}</b></dd>
</div><div><dt>{say("multiplies")} <span>{say("positions")} · k<sup>{say("rank")}</sup> ·
{of_products}</span></dt>
<dd>{places} · {taps} · {config.channels} · {config.filters} = <b>{large(found.multiplies)}</b></dd>
</div></dl>"""


def ranks(config: DimensionsConfig) -> str:
    """The same settings over one, two and three axes."""
    rows = ""
    for rank, name in RANKS.items():
        found = dimensions(replace(config, rank=rank))
        mark = ' class="now" aria-current="true"' if rank == config.rank else ""
        rows += (
            f'<tr{mark}><th scope="row">{rank} <span>{say(name)}</span></th>'
            f"<td>{times(found.output_shape)}</td><td>{large(found.parameters)}</td>"
            f"<td>{large(found.multiplies)}</td></tr>"
        )
    heads = "".join(
        f'<th scope="col">{say(head)}</th>'
        for head in ("rank", "output", "parameters", "multiplies")
    )
    caption = say("The same over one, two and three axes")
    return f"""<table class="ranks"><caption>{caption}</caption>
<thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"""


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
        "words": {name: say(text) for name, text in DRAWN.items()},
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
    label = say(
        SLIDES[rank],
        window=times(found.kernel.shape),
        size=times(found.input.shape),
        output=times(found.output.shape),
    )
    steps = f'min="1" max="{cells}" value="1"'
    first = say(DRAWN["count"]).replace("{}", "{:,}").format(1, cells)
    return f"""<section class="slide" data-slide="{escape(json.dumps(data))}" aria-label="{label}">
<canvas role="img" aria-label="{label}"></canvas>
<div class="transport"><button type="button" data-do="play" aria-label="{say("Play")}">▶</button>
<button type="button" data-do="back" aria-label="{say("One cell back")}">‹</button>
<button type="button" data-do="on" aria-label="{say("One cell on")}">›</button>
<input type="range" data-do="scrub" aria-label="{say("Output cell")}" {steps}>
<output aria-live="off">{first}</output>
<label>{say("Speed")} <input type="range" data-do="speed" aria-label="{say("Speed")}" min="-3"
max="3" step="0.5" value="0"></label></div>
<div class="sum" aria-live="off"></div><div class="products"></div>
<p class="note">{_describe(found, config)}</p></section>"""


def _describe(found: Window, config: DimensionsConfig) -> str:
    rank, drawn = found.input.ndim, found.input.shape
    sentences = [say(SOURCES[rank])]
    if found.asked > drawn[0]:
        largest, asked = times(drawn), times((found.asked,) * rank)
        sentences.append(
            say(
                "Drawn is {largest}, the largest that can be; the answer above is for {asked}.",
                largest=largest,
                asked=asked,
            )
        )
    filters, channels = f"{config.filters:,}", f"{config.channels:,}"
    if config.filters > 1 and config.channels > 1:
        both = (
            "Drawn is one filter of {filters} on one channel of {channels}, which a layer adds up."
        )
        sentences.append(say(both, filters=filters, channels=channels))
    elif config.filters > 1:
        sentences.append(say("Drawn is one filter of {filters}.", filters=filters))
    elif config.channels > 1:
        one = "Drawn is one channel of {channels}, which a layer adds up."
        sentences.append(say(one, channels=channels))
    products = f"{prod(found.kernel.shape):,}"
    sentences.append(
        say("{products} products a cell; a layer adds its bias to each.", products=products)
    )
    return " ".join(sentences)


def _shape(shape: Sequence[int]) -> str:
    channels = say("channel" if shape[-1] == 1 else "channels")
    return f"<strong>{times(shape[:-1])}</strong><span>× {shape[-1]} <em>{channels}</em></span>"
