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
    estimate_seconds,
    sizes,
    within,
)
from faceweb.style.recipe import Recipe, read_recipe, to_png, write_recipe
from faceweb.style.transfer import StyleTransfer
from faceweb.ui import records
from faceweb.ui.boundary import Services, handler, show_download
from faceweb.ui.components import offer_download, require
from faceweb.ui.controls import accept_config
from faceweb.ui.sessions.style import StyleRun, StyleRuns
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
    runs: StyleRuns = field(default_factory=StyleRuns)

    @handler
    @accept_config(StyleConfig, before=("content", "style"), after=EXTRAS)
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
        style_model = self._style_model(config, network)
        run = StyleRun(
            StyleTransfer(style_model, scene, config),
            scene,
            config,
            network,
            style_model.fingerprint,
            config,
            recipe,
            note,
        )
        yield from self._paint(self.runs.put(request, run), request)

    @handler
    def resume(self, request: gr.Request):
        """Goes on with the painting that was stopped, or beyond its end."""
        yield from self._paint(self.runs.require(request), request)

    def show_result(self, request: gr.Request):
        """Shows the finished painting, unless the next one is under way."""
        run = self.runs.of(request)
        return gr.update(visible=run is not None and not run.running)

    @handler
    @accept_config(StyleConfig, names=LIVE)
    def move(self, *values):
        """Lets the painting under way obey the sliders from its next step on."""
        *weights, request = values
        run = self.runs.of(request)
        if run is not None:
            run.replay = None
            run.config = replace(run.config, **dict(zip(LIVE, weights, strict=True)))

    def stop(self, request: gr.Request):
        """Stops the painting; the best so far stays."""
        run = self.runs.of(request)
        if run is not None and (run.running or not run.history):
            run.painting.stop()

    @handler
    def sheet(self, content, style, *values):
        """Paints alpha against beta, small, 25 times."""
        settings, (network, *further) = values[: len(NAMES)], values[len(NAMES) :]
        config = _config(settings)
        scene, style_model = _scene(content, style, *further), self._style_model(config, network)
        cells = [(alpha, beta) for alpha in ALPHAS for beta in BETAS]
        blank = within(scene.content, SIDE) // 4 + 160
        shown = [(blank, f"\u03b1 {alpha:g}, \u03b2 {beta:g}") for alpha, beta in cells]
        yield shown
        for number, (_, _, picture) in enumerate(contact_sheet(style_model, scene, config)):
            shown[number] = picture, shown[number][1]
            yield shown

    @handler
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
        gr.Info(style_view.recipe_note(recipe), title=say("Recipe"), duration=8)
        settings = [getattr(recipe.config, name) for name in NAMES]
        shares = (*recipe.shares, 1.0, 1.0)[:3]
        return [*settings, recipe.network, *shares, write_recipe(recipe, [])]

    @handler
    def expect(self, content, network, *settings):
        """How large the painting will be, and how long it will take here."""
        if content is None:
            return style_view.limits()
        config = _config(settings)
        try:
            Scene(content, [content])
        except PictureError as error:
            return style_view.refusal(retold(str(error)))
        ready = self.services.engine.status.ready
        pace = self.services.ready().pace(network) if ready else None
        seconds = None if pace is None else estimate_seconds(content.shape, config, pace)
        return style_view.expectation(sizes(content.shape, config), config, seconds)

    @handler
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

    def _style_model(self, config: StyleConfig, network: str):
        engine = self.services.ready()
        return engine.style_model(network, config.content_layer, config.statistic, show_download)

    def _paint(self, run: StyleRun, request: gr.Request):
        yield gr.skip(), style_view.waiting(), None, None
        for step in run.paint():
            shown = style_view.painting(run, step)
            yield records.painting(run, step), shown, gr.skip(), gr.skip()
        if self.runs.of(request) is not run:
            return
        record = records.painting(run, step)
        pair = (run.scene.content_at(step.shape), step.picture)
        yield (
            record,
            style_view.painting(run, step, hung=True),
            pair,
            offer_download(to_png(step.picture, record["recipe"]), FILE, "the painting stays here"),
        )


def _config(settings) -> StyleConfig:
    return StyleConfig(**dict(zip(NAMES, settings, strict=True)))


def _recipe(replay) -> Recipe | None:
    return read_recipe(json.dumps(replay).encode()) if replay else None


def _scene(
    content, style, share=1.0, style_2=None, share_2=1.0, style_3=None, share_3=1.0, mask=None
) -> Scene:
    content, style = require(content, "a content picture"), require(style, "a style")
    blended = ((style, share), (style_2, share_2), (style_3, share_3))
    chosen = [(picture, share) for picture, share in blended if picture is not None]
    styles, shares = zip(*chosen, strict=True)
    # It is checked as it came, and kept no larger than anything that is painted.
    scene = Scene(content, styles, shares)
    where = None if mask is None else within(mask).mean(axis=-1).astype(np.uint8)
    return replace(
        scene, content=within(content), styles=tuple(map(within, scene.styles)), mask=where
    )
