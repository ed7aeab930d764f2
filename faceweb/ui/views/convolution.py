"""Answers on the arithmetic of a convolution as HTML.

The sentences stand in templates/convolution/.
"""

import json
from dataclasses import replace

from markupsafe import Markup

from faceweb.config import DimensionsConfig, WindowConfig
from faceweb.i18n import say
from faceweb.signals.convolution import Dimensions, Window, dimensions, padding_length
from faceweb.ui.views.render import POWERS, render

RANKS = {1: "signal", 2: "picture", 3: "volume"}
# What assets/window.js says while the window moves.
DRAWN = {
    "count": "{} of {}",
    "cell": "cell ({})",
    "sum": "the sum of {} products",
    "slice": "slice {} of the window",
    "play": "Play",
    "pause": "Pause",
}
# Numbers on the page; a weight of a third has no end.
DIGITS = 6


def refusal(sentence: str) -> Markup:
    """Why there is no answer, in the place of one; the sentence is fit for HTML already."""
    return render("convolution/refused", sentence=Markup(sentence))


def answer(config: DimensionsConfig, found: Dimensions) -> Markup:
    """Both shapes, and how every number comes about."""
    before, after = padding_length(
        config.size, config.filter, config.stride, config.padding, config.dilation
    )
    length, power = found.output_shape[0], str(config.rank).translate(POWERS)
    return render(
        "convolution/answer",
        config=config,
        found=found,
        before=before,
        after=after,
        zeros=before + after,
        length=length,
        taps=f"{config.filter}{power}",
        places=f"{length}{power}",
    )


def ranks(config: DimensionsConfig) -> Markup:
    """The same settings over one, two and three axes."""
    rows = [(rank, name, dimensions(replace(config, rank=rank))) for rank, name in RANKS.items()]
    return render("convolution/ranks", rows=rows, chosen=config.rank)


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


def stage(found: Window, config: DimensionsConfig) -> Markup:
    """The window, to be moved by assets/window.js, which reads what it needs in `data-slide`."""
    data = {
        "words": {name: say(text) for name, text in DRAWN.items()},
        "rank": found.input.ndim,
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
    first = say(DRAWN["count"]).replace("{}", "{:,}").format(1, found.output.size)
    return render(
        "convolution/stage", found=found, config=config, data=json.dumps(data), first=first
    )
