"""What a visitor can meet, in words fit to show."""


class FacewebError(Exception):
    """An expected failure; its text says what is wrong and what to do."""


class DeviceUnavailableError(FacewebError):
    """The device asked for is not there."""


class WeightsUnavailableError(FacewebError):
    """A weight file is missing, cut short or altered."""


class PictureError(FacewebError):
    """A file is not a picture that can be read."""


class NoFaceFoundError(FacewebError):
    """The picture shows no face, or only faces too small to tell apart."""


class NameRefusedError(FacewebError):
    """A name is empty, too long or holds characters that do not print."""


class KeyRefusedError(FacewebError):
    """A gallery key is not 32 hexadecimal digits."""


class UnknownPersonError(FacewebError):
    """The gallery holds nobody of that name."""


class ImportRefusedError(FacewebError):
    """A file is not a gallery that this page exported."""


class GalleryFullError(FacewebError):
    """The gallery holds as many photos as it may."""


class StorageError(FacewebError):
    """The database is locked, read-only, full or gone.

    Args:
        sentence: for who meets it.
        state: of the database, in a word for who watches it.
    """

    def __init__(self, sentence: str, state: str = "unreachable") -> None:
        super().__init__(sentence)
        self.state = state


class SettingError(FacewebError):
    """A setting lies outside its range."""


class RecipeError(FacewebError):
    """A file carries no recipe of a painting."""


class CorpusError(FacewebError):
    """Uploaded pictures or a zip of them cannot be used."""


class LayerError(FacewebError):
    """A network, layer or unit that is asked for does not exist."""


class TrainingError(FacewebError):
    """A training cannot begin or go on."""


class DimensionsError(FacewebError):
    """A convolution that cannot be."""


class MediaError(FacewebError):
    """A file is not a sound, trace, volume or clip that can be used."""


class ClosingError(FacewebError):
    """The page is being stopped, and what was under way with it."""
