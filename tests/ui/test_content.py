"""The texts of several lines: each stands in ui/content in both languages, and nowhere else."""

import json

import pytest

from faceweb.gallery import feedback
from faceweb.i18n import CHINESE, CONTENT, ENGLISH, LOCALE, PARAGRAPHS, chinese, key_of, read_text

NAMES = sorted(path.stem for path in (CONTENT / ENGLISH).iterdir())


def test_every_english_text_has_its_chinese_twin():
    found = {path.stem for path in (CONTENT / CHINESE).iterdir()}
    assert set(NAMES) - found == set(), "there is no Chinese file of this name"
    assert found - set(NAMES) == set(), "there is no English file of this name"


@pytest.mark.parametrize("name", NAMES)
def test_paragraphs_stand_beside_each_other(name):
    """A paragraph is Chinese in one language alone, and there a line, for a break is a space."""
    english = PARAGRAPHS.split(read_text(name))
    said = PARAGRAPHS.split(read_text(name, CHINESE))
    assert len(english) == len(said)
    for text, other in zip(english, said, strict=True):
        assert not any("\u4e00" <= letter <= "\u9fff" for letter in text)
        assert any("\u4e00" <= letter <= "\u9fff" for letter in other)
        assert "\n" not in other
        assert chinese()[key_of(text)] == other


def test_no_text_stands_in_a_file_and_in_a_table():
    """Else two translations could differ."""
    texts = {key_of(text) for name in NAMES for text in PARAGRAPHS.split(read_text(name))}
    tables = [json.loads(path.read_text("utf-8")) for path in LOCALE.glob("*.json")]
    assert [text for table in tables for text in table if text in texts] == []


def test_what_a_step_may_worsen_is_said_as_it_is():
    share = f"{100 * feedback.BOUND:.0f}"
    assert f"by more than {share} percentage point" in key_of(read_text("feedback_intro"))
    assert f" {share} 个百分点" in read_text("feedback_intro", CHINESE)
