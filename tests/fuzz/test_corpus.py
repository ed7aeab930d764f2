"""Whole files are read, spoiled ones are refused, and what once went wrong does not again."""

import random
from collections import Counter
from contextlib import suppress

import pytest

from faceweb.errors import FacewebError
from tests.fuzz.__main__ import CORPUS
from tests.fuzz.readers import READERS
from tests.fuzz.seeds import seeds
from tests.fuzz.spoil import spoiled

FOUND = sorted(CORPUS.iterdir())


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("path", FOUND, ids=lambda path: path.name)
def test_what_was_found_is_read_or_refused_in_a_sentence(path):
    with suppress(FacewebError):
        READERS[path.name.partition("-")[0]](path)


@pytest.mark.filterwarnings("ignore")
def test_a_hundred_spoiled_files_are_read_or_refused_in_a_sentence(tmp_path):
    chance, whole, outcomes = random.Random(1), seeds(), Counter()
    for _ in range(100):
        reader, ending, data = chance.choice(whole)
        path = tmp_path / f"spoiled{ending}"
        path.write_bytes(spoiled(data, chance.choice(whole)[2], chance))
        try:
            READERS[reader](path)
            outcomes["read"] += 1
        except FacewebError:
            outcomes["refused"] += 1
    assert outcomes["refused"] > 20
    assert outcomes["read"] > 5
