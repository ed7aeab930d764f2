"""What the training tab does: train, race, stop, go on, cure."""

from dataclasses import dataclass, fields, replace
from pathlib import Path

import gradio as gr
import numpy as np

from faceweb.config import TrainConfig
from faceweb.errors import KeyRefusedError, TrainingError
from faceweb.faces.evaluation import BINARY
from faceweb.faces.heads import head_arrays, to_bytes, trained_head
from faceweb.gallery.store import fingerprint
from faceweb.i18n import say
from faceweb.metric_learning.dataset import Split, photo_album, zip_album
from faceweb.metric_learning.training import Training
from faceweb.serving.gradio_patches import localized
from faceweb.ui import records
from faceweb.ui.boundary import Services, guarded
from faceweb.ui.controls import default, takes
from faceweb.ui.sessions.train import Lesson, Lessons, Press
from faceweb.ui.views import train as train_view

DATA = ("avatars", "gallery", "zip")
NAMES = tuple(item.name for item in fields(TrainConfig))
EXTRAS = {"archive": None, "gallery_key": ""}
# Margins that suit each loss, where two embeddings are 2 apart at most.
RACERS = (("triplet", 0.5), ("contrastive", 1.0), ("binary", 0.5))
CURE = {"mining": "semi-hard", "rate": default(TrainConfig, "rate")}


@dataclass(frozen=True)
class Handlers:
    """The tab's events."""

    services: Services

    @property
    def lessons(self) -> Lessons:
        return self.services.lessons

    @guarded
    @takes(TrainConfig, before=("data",), after=EXTRAS)
    def train(self, data, *values):
        """Trains a network to tell people apart, streaming it.

        Data is avatars (drawn people, a convolutional network from scratch) or gallery (the faces
        enrolled under gallery_key) or zip (faces in archive, which has a folder of photos for each
        person); on the latter two depth is head (on encodings) or last blocks. Returns a record
        (loss, losses, eer_before, eer_after, held_out, threshold, steps, finished, seconds,
        collapse, seed) and the training as HTML. A session trains one at a time: another one stops
        the first.
        """
        settings, (*people, request) = values[: len(NAMES)], values[len(NAMES) :]
        yield from self._begin(data, [_config(settings)], people, request)

    @guarded
    @takes(TrainConfig, before=("data",), after=EXTRAS)
    def race(self, data, *values):
        """Trains by triplet, contrastive and binary loss side by side, on the same batches.

        Returns a record (races: one record of /train each) and the three as HTML.
        """
        settings, (*people, request) = values[: len(NAMES)], values[len(NAMES) :]
        config = _config(settings)
        configs = [replace(config, loss=loss, margin=margin) for loss, margin in RACERS]
        yield from self._begin(data, configs, people, request)

    @guarded
    def resume(self, request: gr.Request):
        """Goes on with the training that was stopped, or beyond its end."""
        press = self.lessons.begin(request)
        try:
            lesson = self.lessons.required(request)
            if press.void:
                yield self.restored(request)
            else:
                yield from self._run(lesson, again=True)
        finally:
            self.lessons.end(press)

    def press(self, request: gr.Request):
        """Notes that a run is asked for; one under way ends."""
        self.lessons.press(request)

    @localized
    def stop(self, request: gr.Request):
        """Stops the training, or the wait for one; what was learnt stays."""
        if not self.lessons.halt(request):
            _say("Nothing to stop", "Nothing is being trained: press Train to begin.")

    @localized
    def restored(self, request: gr.Request):
        """What the page showed before a run that did not come about."""
        lesson = self.lessons.of(request)
        shown = lesson.shown if lesson is not None else ""
        return gr.skip(), shown or train_view.empty(), gr.skip()

    @localized
    def reset(self, request: gr.Request):
        """Forgets the training."""
        if not self.lessons.halt(request) and self.lessons.of(request) is None:
            _say("Nothing to reset", "Nothing has been learnt yet: press Train to begin.")
        self.lessons.drop(request)
        return nothing()

    @localized
    def checked(self, request: gr.Request):
        """Shows nothing of a training that is gone, such as with the gallery it learnt from."""
        if self.lessons.idle(request):
            return nothing()
        return gr.skip(), gr.skip(), gr.skip()

    def cure(self):
        """The usual cure for a collapse: mining and rate."""
        return CURE["mining"], CURE["rate"]

    @guarded
    def keep(self, request: gr.Request, gallery_key: str = ""):
        """Keeps the head that this session trained under gallery_key, to decide by it."""
        if not gallery_key:
            raise KeyRefusedError("A head is kept under a gallery key: enroll somebody first.")
        lesson = self.lessons.of(request)
        if lesson is None:
            raise TrainingError(
                "There is nothing to use yet: train a head on your gallery, or on a zip of photos."
            )
        if len(lesson.trainings) > 1:
            raise TrainingError("Three losses raced: train by one of them, then use that.")
        (training,) = lesson.trainings
        # Taken once: it may be moving while it is measured.
        weights, loss = training.weights, training.config.loss
        arrays = head_arrays(loss, [np.asarray(values) for values in weights.parameters])
        if lesson.split.copied:
            raise TrainingError(
                "This head was measured on copies of single photos, so its threshold would refuse "
                "real ones: enroll second photos, and train again."
            )
        held = training.measured(weights, lesson.split.tested)
        # In English, since it is kept; it is retold in whichever language it is read in.
        people, who = f"{len(training.album):,}", lesson.split.who
        source = f"the head you trained ({loss}, {people} people; measured on {who})"
        head = trained_head(loss, arrays, held, source)
        if lesson.erased:
            raise TrainingError("What this head learnt from was forgotten: train again.")
        self.services.learnt.keep_head(gallery_key, to_bytes(head))
        _say(
            "Done",
            'Kept with your gallery: in Verify open "Teach it, or decide by what was learnt", in '
            'Recognize "Decide by what you taught or trained".',
        )

    def _begin(self, data: str, configs: list[TrainConfig], people: list, request: gr.Request):
        key = people[-1]
        press = self.lessons.begin(request, fingerprint(key) if data == "gallery" and key else "")
        try:
            yield from self._begun(press, data, configs, people, request)
        finally:
            self.lessons.end(press)

    def _begun(
        self,
        press: Press,
        data: str,
        configs: list[TrainConfig],
        people: list,
        request: gr.Request,
    ):
        if not press.void:
            yield gr.skip(), train_view.waiting(), gr.update(visible=False)
        try:
            split, note = self._people(data, configs[0], *people, press)
        except _VoidError:
            yield self.restored(request)
            return
        trainings = tuple(
            Training(
                self.services.ready().learner(_network(data, config)),
                split.learnt,
                split.watched,
                config,
            )
            for config in configs
        )
        lesson = self.lessons.put(request, Lesson(trainings, split, note, press.gallery))
        if press.erased:
            self.lessons.forget(press.gallery)
        if press.void:
            lesson.stop()
        yield from self._run(lesson)

    def _people(
        self, data: str, config: TrainConfig, archive: str | None, key: str, press: Press
    ) -> tuple[Split, str]:
        bar = gr.Progress()

        def progress(share: float, desc: str) -> None:
            if press.void:
                raise _VoidError
            bar(share, desc=say(desc))

        progress(0.0, "Getting ready")
        if data == "avatars":
            split = self.services.avatars.split(
                lambda share: progress(share, desc="Drawing 4,800 faces")
            )
            return split, ""
        networks = self.services.ready().faces()
        encode = networks.embed if config.depth == "head" else self.services.ready().face_maps
        if data == "zip":
            if not archive:
                raise TrainingError("Choose a zip with a folder of photos for each person first.")
            album = zip_album(
                networks,
                encode,
                Path(archive),
                config.seed,
                lambda share: progress(share, desc="Looking for faces"),
            )
        else:
            photos = self.services.galleries.photos(key) if key else []
            album = photo_album(encode, photos, config.seed)
        progress(1.0, "Getting ready")
        return album.split, album.note

    def _run(self, lesson: Lesson, again: bool = False):
        for steps in lesson.run(again):
            if lesson.erased:
                continue
            shown = train_view.lesson(steps, lesson)
            collapsed = any(step.collapse for step in steps)
            cured = gr.update(value=say(train_view.CURE), visible=collapsed)
            lesson.shown = shown
            yield records.trained(lesson, steps), shown, cured
        if lesson.erased:
            yield nothing()
            return
        pairs = [training.compare(lesson.split.tested) for training in lesson.trainings]
        if len(pairs) == 1:
            outcome = train_view.compared(*pairs[0], lesson.split)
        else:
            outcome = train_view.ranked(pairs, lesson)
        lesson.shown = shown = train_view.lesson(steps, lesson, outcome)
        yield records.trained(lesson, steps, pairs), shown, cured


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


def _config(settings) -> TrainConfig:
    return TrainConfig(**dict(zip(NAMES, settings, strict=True)))
