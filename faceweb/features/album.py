"""Pictures of people to learn from: who is on each, and who is held out."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, eq=False)
class Album:
    """People with their pictures.

    Attributes:
        inputs: what a network is given, for each person (k, ...): pictures uint8 or encodings
            float32; k may differ and is at least 1.
        pictures: what a visitor is shown of each, (k, h, w, 3) uint8.
    """

    inputs: tuple[np.ndarray, ...]
    pictures: tuple[np.ndarray, ...]

    def __len__(self) -> int:
        return len(self.inputs)

    @property
    def people(self) -> np.ndarray:
        """Whose each input is, in order, (n,)."""
        return np.repeat(np.arange(len(self)), [len(own) for own in self.inputs])

    @property
    def flat(self) -> np.ndarray:
        """All inputs, (n, ...), as a network takes them."""
        return as_input(np.concatenate(self.inputs))

    def part(self, people: range, most: int | None = None) -> "Album":
        """Some of the people, with the first `most` pictures of each."""
        inputs = tuple(self.inputs[i][:most] for i in people)
        return Album(inputs, tuple(self.pictures[i][:most] for i in people))


@dataclass(frozen=True)
class Places:
    """A batch by places in an album: (n,) whose, and (n,) which picture of theirs."""

    people: np.ndarray
    which: np.ndarray


def batch(album: Album, people: int, each: int, rng: np.random.Generator) -> Places:
    """Draws P people and K pictures of each; a picture comes again where a person has fewer.

    Of fewer than P people all come, with more pictures each, so that none is paired with itself.
    """
    if len(album) < people:
        quota = people * each // len(album)
        own = [rng.permutation(len(inputs))[:quota] for inputs in album.inputs]
        return Places(np.repeat(np.arange(len(album)), list(map(len, own))), np.concatenate(own))
    chosen = rng.choice(len(album), people, replace=False)
    which = [_drawn(len(album.inputs[i]), each, rng) for i in chosen]
    return Places(np.repeat(chosen, each), np.concatenate(which))


def taken(album: Album, places: Places) -> np.ndarray:
    """The inputs (n, ...) at places, as a network takes them."""
    pairs = zip(places.people, places.which, strict=True)
    return as_input(np.stack([album.inputs[person][which] for person, which in pairs]))


def as_input(values: np.ndarray) -> np.ndarray:
    """Pictures uint8 as float32 in [0, 1]; encodings as they are."""
    return values / np.float32(255) if values.dtype == np.uint8 else values


def _drawn(count: int, each: int, rng: np.random.Generator) -> np.ndarray:
    return np.concatenate([rng.permutation(count) for _ in range(-(-each // count))])[:each]
