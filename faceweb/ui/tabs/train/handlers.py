"""What the training tab does: train, race, stop, go on, cure."""

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from pathlib import Path

import gradio as gr
import numpy as np

from faceweb.config import TrainConfig
from faceweb.errors import KeyRefusedError, TrainingError
from faceweb.faces.evaluation import BINARY
from faceweb.faces.heads import head_arrays, make_trained_head, to_bytes
from faceweb.gallery.store import fingerprint
from faceweb.i18n import say
from faceweb.metric_learning.dataset import HoldOut, photo_dataset, zip_dataset
from faceweb.metric_learning.training import Training
from faceweb.serving.gradio_patches import localize
from faceweb.ui import records
from faceweb.ui.boundary import Services, handler
from faceweb.ui.controls import default, spread_config
from faceweb.ui.sessions.train import RunRequest, TrainingRun, TrainingRuns
from faceweb.ui.views import train as train_view

DATA = ("avatars", "gallery", "zip")
NAMES = tuple(item.name for item in fields(TrainConfig))
# Margins that suit each loss, where two embeddings are 2 apart at most.
RACERS = (("triplet", 0.5), ("contrastive", 1.0), ("binary", 0.5))
CURE = {"mining": "semi-hard", "rate": default(TrainConfig, "rate")}


@dataclass(frozen=True)
class TrainTab:
    """The tab's events."""

    services: Services

    @property
    def runs(self) -> TrainingRuns:
        return self.services.runs

    @handler
    @spread_config
    def train(
        self,
        data: str,
        config: TrainConfig,
        archive: str | None = None,
        gallery_key: str = "",
        request: gr.Request = None,
    ) -> Iterator[tuple]:
        """Trains a network to tell people apart, streaming it.

        Data is avatars (drawn people, a convolutional network from scratch) or gallery (the faces
        enrolled under gallery_key) or zip (faces in archive, which has a folder of photos for each
        person); on the latter two depth is head (on encodings) or last blocks. Returns a record
        (loss, losses, eer_before, eer_after, held_out, threshold, steps, finished, seconds,
        collapse, seed) and the training as HTML. A session trains one at a time: another one stops
        the first.
        """
        return self._begin(data, [config], archive, gallery_key, request)

    @handler
    @spread_config
    def race(
        self,
        data: str,
        config: TrainConfig,
        archive: str | None = None,
        gallery_key: str = "",
        request: gr.Request = None,
    ) -> Iterator[tuple]:
        """Trains by triplet, contrastive and binary loss side by side, on the same batches.

        Returns a record (races: one record of /train each) and the three as HTML.
        """
        configs = [replace(config, loss=loss, margin=margin) for loss, margin in RACERS]
        return self._begin(data, configs, archive, gallery_key, request)

    @handler
    def resume(self, request: gr.Request):
        """Goes on with the training that was stopped, or beyond its end."""
        asked = self.runs.begin(request)
        try:
            run = self.runs.require(request)
            if asked.void:
                yield self.restore(request)
            else:
                yield from self._run(run, again=True)
        finally:
            self.runs.end(asked)

    def ask(self, request: gr.Request):
        """Notes that a run is asked for; one under way ends."""
        self.runs.ask(request)

    @localize
    def stop(self, request: gr.Request):
        """Stops the training, or the wait for one; what was learnt stays."""
        if not self.runs.halt(request):
            _say("Nothing to stop", "Nothing is being trained: press Train to begin.")

    @localize
    def restore(self, request: gr.Request):
        """What the page showed before a run that did not come about."""
        run = self.runs.of(request)
        shown = run.shown if run is not None else ""
        return gr.skip(), shown or train_view.empty(), gr.skip()

    @localize
    def reset(self, request: gr.Request):
        """Forgets the training."""
        if not self.runs.halt(request) and self.runs.of(request) is None:
            _say("Nothing to reset", "Nothing has been learnt yet: press Train to begin.")
        self.runs.drop(request)
        return nothing()

    @localize
    def check(self, request: gr.Request):
        """Shows nothing of a training that is gone, such as with the gallery it learnt from."""
        if self.runs.idle(request):
            return nothing()
        return gr.skip(), gr.skip(), gr.skip()

    def cure(self):
        """The usual cure for a collapse: mining and rate."""
        return CURE["mining"], CURE["rate"]

    @handler
    def keep(self, request: gr.Request, gallery_key: str = ""):
        """Keeps the head that this session trained under gallery_key, to decide by it."""
        if not gallery_key:
            raise KeyRefusedError("A head is kept under a gallery key: enroll somebody first.")
        run = self.runs.of(request)
        if run is None:
            raise TrainingError(
                "There is nothing to use yet: train a head on your gallery, or on a zip of photos."
            )
        if len(run.trainings) > 1:
            raise TrainingError("Three losses raced: train by one of them, then use that.")
        (training,) = run.trainings
        # Taken once: it may be moving while it is measured.
        weights, loss = training.weights, training.config.loss
        arrays = head_arrays(loss, [np.asarray(values) for values in weights.parameters])
        if run.split.copied:
            raise TrainingError(
                "This head was measured on copies of single photos, so its threshold would refuse "
                "real ones: enroll second photos, and train again."
            )
        held = training.measure(weights, run.split.tested)
        # In English, since it is kept; it is retold in whichever language it is read in.
        people, who = f"{len(training.dataset):,}", run.split.who
        source = f"the head you trained ({loss}, {people} people; measured on {who})"
        head = make_trained_head(loss, arrays, held, source)
        if run.erased:
            raise TrainingError("What this head learnt from was forgotten: train again.")
        self.services.learnt.keep_head(gallery_key, to_bytes(head))
        _say(
            "Done",
            'Kept with your gallery: in Verify open "Teach it, or decide by what was learnt", in '
            'Recognize "Decide by what you taught or trained".',
        )

    def _begin(
        self,
        data: str,
        configs: list[TrainConfig],
        archive: str | None,
        key: str,
        request: gr.Request,
    ) -> Iterator[tuple]:
        asked = self.runs.begin(request, fingerprint(key) if data == "gallery" and key else "")
        try:
            if not asked.void:
                yield gr.skip(), train_view.waiting(), gr.update(visible=False)
            run = self._prepare(asked, data, configs, archive, key, request)
            if run is None:
                yield self.restore(request)
            else:
                yield from self._run(run)
        finally:
            self.runs.end(asked)

    def _prepare(
        self,
        asked: RunRequest,
        data: str,
        configs: list[TrainConfig],
        archive: str | None,
        key: str,
        request: gr.Request,
    ) -> TrainingRun | None:
        """The visitor's new run, or None where nobody waits for it any more."""
        try:
            split, note = self._people(data, configs[0], archive, key, asked)
        except _VoidError:
            return None
        trainings = tuple(
            Training(
                self.services.ready().learner(_network(data, config)),
                split.learnt,
                split.watched,
                config,
            )
            for config in configs
        )
        run = self.runs.put(request, TrainingRun(trainings, split, note, asked.gallery))
        if asked.erased:
            self.runs.forget(asked.gallery)
        if asked.void:
            run.stop()
        return run

    def _people(
        self, data: str, config: TrainConfig, archive: str | None, key: str, asked: RunRequest
    ) -> tuple[HoldOut, str]:
        bar = gr.Progress()

        def progress(share: float, desc: str) -> None:
            if asked.void:
                raise _VoidError
            bar(share, desc=say(desc))

        progress(0.0, "Getting ready")
        if data == "avatars":
            split = self.services.synthetic_faces.split(
                lambda share: progress(share, desc="Drawing 4,800 faces")
            )
            return split, ""
        networks = self.services.ready().faces()
        embed = networks.embed if config.depth == "head" else self.services.ready().face_maps
        if data == "zip":
            if not archive:
                raise TrainingError("Choose a zip with a folder of photos for each person first.")
            dataset = zip_dataset(
                networks,
                embed,
                Path(archive),
                config.seed,
                lambda share: progress(share, desc="Looking for faces"),
            )
        else:
            photos = self.services.galleries.photos(key) if key else []
            dataset = photo_dataset(embed, photos, config.seed)
        progress(1.0, "Getting ready")
        return dataset.split, dataset.note

    def _run(self, run: TrainingRun, again: bool = False):
        for steps in run.run(again):
            if run.erased:
                continue
            shown = train_view.run(steps, run)
            collapsed = any(step.collapse for step in steps)
            cured = gr.update(value=say(train_view.CURE), visible=collapsed)
            run.shown = shown
            yield records.training_record(run, steps), shown, cured
        if run.erased:
            yield nothing()
            return
        pairs = [training.compare(run.split.tested) for training in run.trainings]
        if len(pairs) == 1:
            outcome = train_view.comparison(*pairs[0], run.split)
        else:
            outcome = train_view.ranking(pairs, run)
        run.shown = shown = train_view.run(steps, run, outcome)
        yield records.training_record(run, steps, pairs), shown, cured


def nothing() -> tuple:
    """What the page shows without a training."""
    return None, train_view.empty(), gr.update(visible=False)


def _say(title: str, sentence: str) -> None:
    gr.Info(say(sentence), title=say(title), duration=5)


class _VoidError(Exception):
    """Nobody waits for this training any more."""


def _network(data: str, config: TrainConfig) -> str:
    if data == "avatars":
        return "siamese"
    if config.depth == "last blocks":
        return "tail"
    return "frozen" if config.loss in BINARY else "projection"
