"""What the style tab does: paint, stop, go on, survey, load a recipe, paint at once."""

import json
import time
from dataclasses import dataclass, field, fields, replace
from html import escape

import gradio as gr
import numpy as np

from faceweb.config import LIVE, NETWORKS, StyleConfig
from faceweb.errors import FacewebError, PictureError
from faceweb.i18n import retold, say
from faceweb.style.image import (
    ALPHAS,
    BETAS,
    SIDE,
    Scene,
    contact_sheet,
    expected_seconds,
    sizes,
    within,
)
from faceweb.style.recipe import Recipe, read_recipe, to_png, write_recipe
from faceweb.style.transfer import Painting
from faceweb.ui import records
from faceweb.ui.boundary import Services, guarded, show_download
from faceweb.ui.components import offered, required
from faceweb.ui.controls import takes
from faceweb.ui.sessions.style import Easel, Easels
from faceweb.ui.views import style as style_view

NAMES = tuple(item.name for item in fields(StyleConfig))
FILE = "faceweb-painting.png"
# What /stylize takes beside the two pictures and the settings.
EXTRAS = {
    "network": NETWORKS[0],
    "share": 1.0,
    "style_2": None,
    "share_2": 1.0,
    "style_3": None,
    "share_3": 1.0,
    "mask": None,
    "replay": None,
}


@dataclass(frozen=True)
class Handlers:
    """The tab's events."""

    services: Services
    easels: Easels = field(default_factory=Easels)

    @guarded
    @takes(StyleConfig, before=("content", "style"), after=EXTRAS)
    def stylize(self, content, style, *values):
        """Repaints a content picture in the style of others, streaming the painting.

        Styles are blended by their shares; a mask is white where to paint; replay is the recipe
        of an earlier record, whose moves of the sliders are repeated if the settings are its own.
        Returns a record (j, j_content, j_style, steps, finished, seconds, size, seed, recipe), the
        painting with its costs as HTML, content and painting as two pictures, and the painting as a
        PNG that carries its recipe. A session paints one at a time: another one stops the first,
        whose record then says that it is not finished.
        """
        settings, (network, *further, replay, request) = values[: len(NAMES)], values[len(NAMES) :]
        config, recipe, note = _config(settings), _recipe(replay), ""
        if recipe is not None and (recipe.config, recipe.network) != (config, network):
            note, recipe = say(style_view.OTHER_SETTINGS), None
        scene = _scene(content, style, *further)
        note += style_view.about_pictures(further[-1], content, style)
        painter = self._painter(config, network)
        easel = Easel(
            Painting(painter, scene, config),
            scene,
            config,
            network,
            painter.fingerprint,
            config,
            recipe,
            note,
        )
        yield from self._paint(self.easels.put(request, easel), request)

    @guarded
    def resume(self, request: gr.Request):
        """Goes on with the painting that was stopped, or beyond its end."""
        yield from self._paint(self.easels.required(request), request)

    def hung(self, request: gr.Request):
        """Shows the finished painting, unless the next one is under way."""
        easel = self.easels.of(request)
        return gr.update(visible=easel is not None and not easel.running)

    @guarded
    @takes(StyleConfig, names=LIVE)
    def move(self, *values):
        """Lets the painting under way obey the sliders from its next step on."""
        *weights, request = values
        easel = self.easels.of(request)
        if easel is not None:
            easel.replay = None
            easel.config = replace(easel.config, **dict(zip(LIVE, weights, strict=True)))

    def stop(self, request: gr.Request):
        """Stops the painting; the best so far stays."""
        easel = self.easels.of(request)
        if easel is not None and (easel.running or not easel.history):
            easel.painting.stop()

    @guarded
    def sheet(self, content, style, *values):
        """Paints alpha against beta, small, 25 times."""
        settings, (network, *further) = values[: len(NAMES)], values[len(NAMES) :]
        config = _config(settings)
        scene, painter = _scene(content, style, *further), self._painter(config, network)
        cells = [(alpha, beta) for alpha in ALPHAS for beta in BETAS]
        blank = within(scene.content, SIDE) // 4 + 160
        shown = [(blank, f"\u03b1 {alpha:g}, \u03b2 {beta:g}") for alpha, beta in cells]
        yield shown
        for number, (_, _, picture) in enumerate(contact_sheet(painter, scene, config)):
            shown[number] = picture, shown[number][1]
            yield shown

    @guarded
    def load(self, file: bytes | None):
        """Every control as a recipe says, and the recipe itself to be replayed."""
        try:
            recipe = read_recipe(file or b"")
        except FacewebError as error:
            # An error would be shown on every control that a recipe fills.
            gr.Warning(escape(retold(str(error)), quote=False), title=retold("Not done"))
            return [gr.skip()] * (len(NAMES) + 5)
        if self.services.ready().fingerprint(recipe.network) != recipe.weights:
            other = say("It was made with other weights: the painting will differ.")
            gr.Warning(other, title=say("Recipe"))
        gr.Info(style_view.loaded(recipe), title=say("Recipe"), duration=8)
        settings = [getattr(recipe.config, name) for name in NAMES]
        shares = (*recipe.shares, 1.0, 1.0)[:3]
        return [*settings, recipe.network, *shares, write_recipe(recipe, [])]

    @guarded
    def expect(self, content, network, *settings):
        """How large the painting will be, and how long it will take here."""
        if content is None:
            return style_view.limits()
        config = _config(settings)
        try:
            Scene(content, [content])
        except PictureError as error:
            return style_view.refused(retold(str(error)))
        ready = self.services.engine.status.ready
        pace = self.services.ready().pace(network) if ready else None
        seconds = None if pace is None else expected_seconds(content.shape, config, pace)
        return style_view.expected(sizes(content.shape, config), config, seconds)

    @guarded
    def instant(self, content, style, size: int = 512):
        """Repaints a content picture in a style in one pass, by Magenta's downloaded network.

        Returns a record (size, seconds) and the painting.
        """
        scene = _scene(content, style)
        shape = sizes(content.shape, StyleConfig(size=size))[-1]
        engine, began = self.services.ready(), time.perf_counter()
        painted = engine.stylize_at_once(scene.content_at(shape), scene.styles[0], show_download)
        seconds = round(time.perf_counter() - began, 2)
        return {"size": [shape[1], shape[0]], "seconds": seconds}, painted

    def _painter(self, config: StyleConfig, network: str):
        engine = self.services.ready()
        return engine.style_model(network, config.content_layer, config.statistic, show_download)

    def _paint(self, easel: Easel, request: gr.Request):
        yield gr.skip(), style_view.waiting(), None, None
        for step in easel.paint():
            shown = style_view.painting(easel, step)
            yield records.painting(easel, step), shown, gr.skip(), gr.skip()
        if self.easels.of(request) is not easel:
            return
        record = records.painting(easel, step)
        pair = (easel.scene.content_at(step.shape), step.picture)
        yield (
            record,
            style_view.painting(easel, step, hung=True),
            pair,
            offered(to_png(step.picture, record["recipe"]), FILE, "the painting stays here"),
        )


def _config(settings) -> StyleConfig:
    return StyleConfig(**dict(zip(NAMES, settings, strict=True)))


def _recipe(replay) -> Recipe | None:
    return read_recipe(json.dumps(replay).encode()) if replay else None


def _scene(
    content, style, share=1.0, style_2=None, share_2=1.0, style_3=None, share_3=1.0, mask=None
) -> Scene:
    content, style = required(content, "a content picture"), required(style, "a style")
    blended = ((style, share), (style_2, share_2), (style_3, share_3))
    chosen = [(picture, share) for picture, share in blended if picture is not None]
    styles, shares = zip(*chosen, strict=True)
    # It is checked as it came, and kept no larger than anything that is painted.
    scene = Scene(content, styles, shares)
    where = None if mask is None else within(mask).mean(axis=-1).astype(np.uint8)
    return replace(
        scene, content=within(content), styles=tuple(map(within, scene.styles)), mask=where
    )
