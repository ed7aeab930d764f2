"""Every action on a gallery: its handlers, apart from their layout."""

from dataclasses import dataclass
from html import escape

import gradio as gr
from gradio.processing_utils import save_bytes_to_cache
from gradio.utils import get_upload_folder

from faceweb.errors import ImportRefusedError, KeyRefusedError, UnknownPersonError
from faceweb.features.gallery import export_gallery, import_gallery, people
from faceweb.features.learnt_file import export_learnt, read_learnt, take_learnt
from faceweb.features.names import clean_name
from faceweb.storage.galleries import StoredPhoto
from faceweb.storage.keys import fingerprint
from faceweb.ui import records, words
from faceweb.ui.handlers import Services, guarded
from faceweb.ui.tongue import say


@dataclass(frozen=True)
class Handlers:
    """The panel's events."""

    services: Services

    @guarded
    def people(self, gallery_key: str = ""):
        """Who is enrolled? Returns people, each with photos and the time of the newest."""
        return records.people(people(self._photos(gallery_key)))

    @guarded
    def rename(self, person: str | None = None, new_name: str = "", gallery_key: str = ""):
        """Gives a person another name. Returns the people, as /people does."""
        old, new = _chosen(person), clean_name(new_name)
        self.services.galleries.rename(gallery_key, old, new)
        _tell(say("{old} is now called {new}.", old=old, new=new))
        return records.people(people(self._photos(gallery_key)))

    @guarded
    def forget(self, person: str | None = None, gallery_key: str = ""):
        """Forgets a person with all photos, and a training that learnt from this gallery.

        Marked pairs and a kept head know no names, and stay. Returns how many people are left.
        """
        left = self.services.galleries.forget(gallery_key, _chosen(person))
        self._untrain(gallery_key)
        _tell(say("{name} is forgotten, with all photos.", name=person))
        return {"people": left}

    @guarded
    def forget_photo(self, photo_id: int | None = None, gallery_key: str = ""):
        """Forgets one photo, and its person with the last one. Returns the people left."""
        self.services.galleries.forget_photo(gallery_key, _photo_id(photo_id))
        self._untrain(gallery_key)
        _tell(say("The photo is forgotten."))
        return records.people(people(self._photos(gallery_key)))

    @guarded
    def erase(self, gallery_key: str = ""):
        """Erases the whole gallery, with all that was taught or trained.

        Returns what was erased, and how many photos are left.
        """
        receipt = self.services.galleries.erase(gallery_key)
        self._untrain(gallery_key)
        erased = {"people": receipt.people, "photos": receipt.photos, "bytes": receipt.bytes}
        record = {"erased": erased, "left": len(self._photos(gallery_key))}
        return record, words.receipt(receipt, record["left"])

    @guarded
    def export(self, gallery_key: str = ""):
        """Exports the gallery, and what was taught and trained, as a zip of JSON and npz."""
        photos = self._photos(gallery_key)
        members = export_learnt(self.services.learnt, gallery_key) if gallery_key else {}
        if not photos and not members:
            raise UnknownPersonError("There is nobody to export: enroll somebody first.")
        archive = export_gallery(photos, members)
        return save_bytes_to_cache(archive, "faceweb-gallery.zip", get_upload_folder())

    @guarded
    def take_in(self, archive: bytes | None = None, gallery_key: str = ""):
        """Adds an exported zip; what was taught and trained too, where there is nothing yet.

        Returns how many photos were added and how many were known, how many marked pairs were
        taken and whether a head was.
        """
        if not archive:
            raise ImportRefusedError("Choose the zip that was exported first.")
        file = read_learnt(archive)
        added, known = import_gallery(self.services.galleries, gallery_key, archive)
        marks, headed = take_learnt(self.services.learnt, gallery_key, file)
        done = [words.counted(added, "photo was added.", "photos were added.")]
        if known:
            done.append(words.counted(known, "was here already.", "were here already."))
        if marks or headed:
            done.append(say("What was taught or trained came along."))
        _tell(" ".join(done))
        return {"added": added, "known": known, "marks": marks, "head": headed}

    @guarded
    def open(self, gallery_key: str, person: str | None):
        """Another gallery, in the place of the one that is open."""
        key = gallery_key.strip().lower()
        if not self.services.galleries.photos(key, chips=False):
            raise KeyRefusedError(
                "Nobody is enrolled under this key: check that it was copied whole. Your gallery "
                "stays open."
            )
        return key, key, "", *self.shown(key, person)

    @guarded
    def ask_forget(self, person: str | None, gallery_key: str):
        """The question before a person is forgotten."""
        name = _chosen(person)
        if not any(photo.person == name for photo in self._photos(gallery_key)):
            raise UnknownPersonError(f"Nobody in this gallery is called {name}.")
        return words.forgetting(name, *self._learnt(gallery_key))

    @guarded
    def ask_forget_photo(self, photo_id: int | None, gallery_key: str):
        """The question before a photo is forgotten."""
        photos = {photo.id: photo for photo in self._photos(gallery_key)}
        photo = photos.get(_photo_id(photo_id))
        if photo is None:
            raise UnknownPersonError("Choose a person and a photo first.")
        others = [p for p in photos.values() if p.person == photo.person]
        return words.forgetting_photo(photo, len(others) == 1, *self._learnt(gallery_key))

    @guarded
    def shown(self, gallery_key: str, person: str | None):
        """The panel's contents: cards, names, and photos of the chosen person."""
        photos = self._photos(gallery_key)
        names = [summary.person for summary in people(photos)]
        # Nobody is chosen in the place of somebody who is gone: the next click might forget them.
        person = person if person in names else None
        cards = words.gallery(photos, people(photos))
        return cards, gr.update(choices=names, value=person), _choices(photos, person)

    @guarded
    def offer_photos(self, person: str | None, gallery_key: str):
        """The photos of one person, to choose from."""
        return _choices(self._photos(gallery_key), person)

    def _learnt(self, key: str) -> tuple[int, bool]:
        """How many pairs are marked under a key, and whether a head is kept."""
        learnt = self.services.learnt
        return len(learnt.marks(key)), learnt.head(key) is not None

    def _untrain(self, key: str) -> None:
        # A training holds faces and numbers of the gallery it learnt from.
        self.services.lessons.forget(fingerprint(key))

    def _photos(self, key: str) -> list[StoredPhoto]:
        return self.services.galleries.photos(key) if key else []


def _chosen(person: str | None) -> str:
    if not person:
        raise UnknownPersonError("Choose a person first.")
    return str(person)


def _tell(sentence: str) -> None:
    # Gradio shows messages as HTML, and a name is whatever a visitor typed.
    gr.Info(escape(sentence), title=say("Done"), duration=5)


def _photo_id(given: object) -> int:
    # The box takes any text from a program; 0 is nobody's photo.
    text = str(given or "").strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 18 else 0


def _choices(photos: list[StoredPhoto], person: str | None):
    mine = [photo for photo in photos if photo.person == person]
    day = say("%d %b %H:%M")
    labels = [
        (f"{say('Photo {i}', i=i)} ({p.added:{day}})", p.id) for i, p in enumerate(mine, start=1)
    ]
    return gr.update(choices=labels, value=mine[0].id if mine else None)
