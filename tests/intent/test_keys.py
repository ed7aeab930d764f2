"""Somebody else's gallery."""

import hashlib

import pytest

from tests.conftest import KEY, OTHER_KEY


@pytest.fixture
def enrolled(galleries, embedding):
    """A gallery of one person under KEY."""
    galleries.add(KEY, "Ada", embedding, b"a chip", "a network")
    return galleries


@pytest.fixture
def address(serve, enrolled):
    return serve()


def test_a_neighbouring_key_sees_and_spoils_nothing(address, call, enrolled):
    """Keys that differ in one digit, or are one another's beginning, case or hash."""
    one_off = KEY[:-1] + ("0" if KEY[-1] != "0" else "1")
    digest = hashlib.sha256(KEY.encode()).hexdigest()
    for key in (OTHER_KEY, one_off, KEY[::-1], digest[:32], digest[32:], "0" * 32):
        event, said = call(address, "people", [key])
        assert (event, said[0]["people"]) == ("complete", [])
        for name, arguments in (
            ("rename", ["Ada", "Eve", key]),
            ("forget", ["Ada", key]),
            ("forget_photo", [1, key]),
            ("erase", [key]),
        ):
            _, said = call(address, name, arguments)
            assert "Ada" not in str(said) or "nobody" in str(said).lower(), (name, said)
    assert [photo.person for photo in enrolled.photos(KEY)] == ["Ada"]


def test_what_is_no_key_opens_nothing(address, call):
    digest = hashlib.sha256(KEY.encode()).hexdigest()
    wrong = [KEY[:-1], KEY + "0", digest, "' OR 1=1 --", "%", "g" * 32, KEY + "\0", "\uff11" * 32]
    for key in wrong:
        event, said = call(address, "people", [key])
        assert event == "error"
        assert "32 hexadecimal digits" in str(said), key


def test_the_database_holds_the_digest_of_a_key_and_no_key(galleries, embedding, tmp_path):
    """A look-up by SHA-256 takes as long for a near guess as for any other."""
    galleries.add(KEY, "Ada", embedding, b"", "a network")
    stored = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert b"Ada" in stored
    digest = hashlib.sha256(KEY.encode())
    assert digest.hexdigest().encode() in stored or digest.digest() in stored
    for form in (KEY.encode(), KEY.upper().encode(), bytes.fromhex(KEY)):
        assert form not in stored
