import pytest
from hypothesis import given
from hypothesis import strategies as st

from faceweb.errors import NameRefusedError
from faceweb.gallery.enroll import clean_name


@pytest.mark.parametrize(
    ("given_name", "kept"),
    [
        ("Ada", "Ada"),
        ("Ada\n", "Ada"),
        ("  Ada   Lovelace ", "Ada Lovelace"),
        ("Ame\u0301lie", "Am\u00e9lie"),
        ("李小龙", "李小龙"),
        ("<b>Ada</b>", "<b>Ada</b>"),
        ("a" * 80, "a" * 80),
    ],
)
def test_names_that_are_kept(given_name, kept):
    assert clean_name(given_name) == kept


@pytest.mark.parametrize(
    ("name", "match"),
    [
        ("", "Type a name first"),
        ("    ", "Type a name first"),
        ("a" * 81, "81 characters: 80 is the most"),
        ("Ada\nBea", "do not print"),
        ("Ada\x00", "do not print"),
        ("\u202eadA", "do not print"),
    ],
)
def test_names_that_are_refused(name, match):
    with pytest.raises(NameRefusedError, match=match):
        clean_name(name)


@given(st.text(max_size=200))
def test_a_kept_name_is_printable_short_and_stays_as_it_is(name):
    try:
        kept = clean_name(name)
    except NameRefusedError:
        return
    assert 1 <= len(kept) <= 80
    assert kept.isprintable()
    assert clean_name(kept) == kept
