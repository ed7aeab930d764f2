"""What the style tab does: paint, stop, go on, survey, load a recipe, paint at once."""

import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, fields, replace
from html import escape

import gradio as gr
import numpy as np

from faceweb.config import NETWORKS, StyleConfig
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
from faceweb.types import StyleStep
from faceweb.ui import records
from faceweb.ui.boundary import Services, handler, show_download
from faceweb.ui.components import offer_download, require
from faceweb.ui.controls import spread_config
from faceweb.ui.sessions.style import StyleRun, StyleRuns
from faceweb.ui.stream_panel import stream_run
from faceweb.ui.views import style as style_view

NAMES = tuple(item.name for item in fields(StyleConfig))
FILE = "faceweb-painting.png"


@dataclass(frozen=True)
class NetworkVersion:
    """A network's name and the checksum of its weights, which a recipe holds."""

    name: str
    fingerprint: str


@dataclass(frozen=True)
class StyleTab:
    """The tab's events."""

    services: Services
    runs: StyleRuns = field(default_factory=StyleRuns)

    @handler
    @spread_config
    def stylize(
        self,
        content,
        style,
        config: StyleConfig,
        network: str = NETWORKS[0],
        share: float = 1.0,
        style_2=None,
        share_2: float = 1.0,
        style_3=None,
        share_3: float = 1.0,
        mask=None,
        replay=None,
        request: gr.Request = None,
    ) -> Iterator[tuple]:
        """Repaints a content picture in the style of others, streaming the painting.

        Styles are blended by their shares; a mask is white where to paint; replay is the recipe
        of an earlier record, whose moves of the sliders are repeated if the settings are its own.
        Returns a record (j, j_content, j_style, steps, finished, seconds, size, seed, recipe), the
        painting with its costs as HTML, content and painting as two pictures, and the painting as a
        PNG that carries its recipe. A session paints one at a time: another one stops the first,
        whose record then says that it is not finished.
        """
        recipe, note = _recipe(replay), ""
        if recipe is not None and (recipe.config, recipe.network) != (config, network):
            note, recipe = say(style_view.OTHER_SETTINGS), None
        styles = ((style, share), (style_2, share_2), (style_3, share_3))
        scene = _scene(content, styles, mask)
        note += style_view.about_pictures(mask, content, style)
        style_model = self._style_model(config, network)
        version = NetworkVersion(network, style_model.fingerprint)
        run = StyleRun(StyleTransfer(style_model, scene, config), version, note=note)
        return self._paint(self.runs.put(request, run), request, recipe)

    @handler
    def resume(self, request: gr.Request) -> Iterator[tuple]:
        """Goes on with the painting that was stopped, or beyond its end."""
        return self._paint(self.runs.require(request), request)

    def show_result(self, request: gr.Request):
        """Shows the finished painting, unless the next one is under way."""
        run = self.runs.of(request)
        return gr.update(visible=run is not None and not run.running)

    @handler
    def move(
        self,
        alpha,
        beta,
        smooth,
        lambda1,
        lambda2,
        lambda3,
        lambda4,
        lambda5,
        request: gr.Request,
    ):
        """Lets the painting under way obey the sliders from its next step on."""
        run = self.runs.of(request)
        if run is not None:
            run.controls.move(
                alpha=alpha,
                beta=beta,
                smooth=smooth,
                lambda1=lambda1,
                lambda2=lambda2,
                lambda3=lambda3,
                lambda4=lambda4,
                lambda5=lambda5,
            )

    def stop(self, request: gr.Request):
        """Stops the painting; the best so far stays."""
        run = self.runs.of(request)
        if run is not None and (run.running or not run.history):
            run.stop()

    @handler
    @spread_config
    def sheet(
        self,
        content,
        style,
        network,
        share,
        style_2,
        share_2,
        style_3,
        share_3,
        mask,
        config: StyleConfig,
    ):
        """Paints alpha against beta, small, 25 times."""
        styles = ((style, share), (style_2, share_2), (style_3, share_3))
        scene, style_model = _scene(content, styles, mask), self._style_model(config, network)
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
    def expect(self, content, network, size, steps):
        """How large the painting will be, and how long it will take here."""
        if content is None:
            return style_view.limits()
        config = StyleConfig(size=size, steps=steps)
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
        scene = _scene(content, ((style, 1.0),))
        shape = sizes(content.shape, StyleConfig(size=size))[-1]
        engine, began = self.services.ready(), time.perf_counter()
        painted = engine.stylize_at_once(scene.content_at(shape), scene.styles[0], show_download)
        seconds = round(time.perf_counter() - began, 2)
        return {"size": [shape[1], shape[0]], "seconds": seconds}, painted

    def _style_model(self, config: StyleConfig, network: str):
        engine = self.services.ready()
        return engine.style_model(network, config.content_layer, config.statistic, show_download)

    def _paint(
        self, run: StyleRun, request: gr.Request, recipe: Recipe | None = None
    ) -> Iterator[tuple]:
        waiting = gr.skip(), style_view.waiting(), None, None
        return stream_run(self.runs, run, request, waiting, _show, _show_result, recipe)


def _show(run: StyleRun, step: StyleStep) -> tuple:
    shown = style_view.painting(run, step)
    return records.painting(run, step), shown, gr.skip(), gr.skip()


def _show_result(run: StyleRun, step: StyleStep) -> tuple:
    record = records.painting(run, step)
    pair = (run.transfer.scene.content_at(step.shape), step.picture)
    return (
        record,
        style_view.painting(run, step, hung=True),
        pair,
        offer_download(to_png(step.picture, record["recipe"]), FILE, "the painting stays here"),
    )


def _recipe(replay) -> Recipe | None:
    return read_recipe(json.dumps(replay).encode()) if replay else None


def _scene(
    content: np.ndarray | None,
    blended: Sequence[tuple[np.ndarray | None, float]],
    mask: np.ndarray | None = None,
) -> Scene:
    """What is painted of the pictures that were given.

    Args:
        content: (h, w, 3) uint8.
        blended: styles like it with their shares, the first of which must be there.
        mask: like it, white where to paint.
    """
    content = require(content, "a content picture")
    require(blended[0][0], "a style")
    chosen = [(picture, share) for picture, share in blended if picture is not None]
    styles, shares = zip(*chosen, strict=True)
    # It is checked as it came, and kept no larger than anything that is painted.
    scene = Scene(content, styles, shares)
    where = None if mask is None else within(mask).mean(axis=-1).astype(np.uint8)
    return replace(
        scene, content=within(content), styles=tuple(map(within, scene.styles)), mask=where
    )
