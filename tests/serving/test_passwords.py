"""Who may log in, and how a line of the auth file is made."""

import hashlib
import subprocess
import sys
import time
from pathlib import Path

import pytest

from app import parse
from faceweb.errors import SettingError
from faceweb.serving.passwords import hash_password, read_logins
from tests.loops import ran

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def logins(tmp_path):
    """Writes an auth file; gives its path."""

    def written(*lines: str) -> Path:
        path = tmp_path / "logins"
        path.write_text("\n".join(lines))
        return path

    return written


def may(path: Path, name: str, password: str) -> bool:
    return ran(read_logins(path)(name, password))


def made(*arguments: str, typed: str) -> subprocess.CompletedProcess:
    command = [sys.executable, "-m", "faceweb.serving.passwords", *arguments]
    return subprocess.run(
        command, cwd=ROOT, input=typed, capture_output=True, text=True, check=False
    )


def test_the_command_makes_a_line_that_logs_in(logins):
    done = made("ada", typed="pass: wörd\n")
    assert "wörd" not in done.stdout
    path = logins(done.stdout, "", hash_password("bea", "another one"))
    assert may(path, " ada ", "pass: wörd")
    assert may(path, "bea", "another one")
    for name, password in [("ada", "another one"), ("bea", ""), ("carl", "pass: wörd"), ("", "")]:
        assert not may(path, name, password)


def test_the_format_is_as_documented(logins):
    """By hashlib alone: name:scrypt$n$r$p$salt$hash, hexadecimal."""
    digest = hashlib.scrypt(b"open sesame", salt=b"saltsalt", n=16, r=8, p=1, dklen=64)
    path = logins(f"ada:scrypt$16$8$1${b'saltsalt'.hex()}${digest.hex()}")
    assert may(path, "ada", "open sesame")
    assert not may(path, "ada", "open sesam")


def test_two_equal_passwords_have_two_lines():
    assert hash_password("ada", "the same one") != hash_password("ada", "the same one")


@pytest.mark.parametrize(
    "line",
    [
        "ada:secret",
        "ada:pass$word$with$five$dollar$signs",
        "ada",
        "ada:md5$1$1$1$00$00",
        f"ada:scrypt$1073741824$8$1${'00' * 16}${'00' * 64}",
        f"ada:scrypt$15$8$1${'00' * 16}${'00' * 64}",
        f"ada:scrypt$16$8$1${'00' * 16}$00",
    ],
)
def test_a_plain_or_broken_password_is_refused_and_says_how_to_hash(logins, line):
    path = logins(hash_password("bea", "another one"), line)
    with pytest.raises(SettingError) as caught:
        read_logins(path)
    assert str(caught.value) == (
        f"Line 2 of the auth file {path} holds no hashed password: "
        "`python -m faceweb.serving.passwords NAME` makes a line to put there."
    )


def test_a_file_that_cannot_be_used_is_one_sentence(logins, tmp_path):
    with pytest.raises(SettingError, match="holds no login"):
        read_logins(logins(""))
    (tmp_path / "binary").write_bytes(b"\xff\xfe:x")
    with pytest.raises(SettingError, match="cannot be read: it is no text"):
        read_logins(tmp_path / "binary")
    with pytest.raises(SettingError, match="cannot be read: No such file"):
        read_logins(tmp_path / "gone")


@pytest.mark.parametrize(
    ("arguments", "typed", "sentence"),
    [
        ([], "", "Say who may log in"),
        (["a:b"], "long enough\n", "holds no colon"),
        (["ada"], "short\n", "8 characters or more"),
    ],
)
def test_the_command_refuses_in_one_sentence(arguments, typed, sentence):
    done = made(*arguments, typed=typed)
    assert done.returncode == 2
    assert sentence in done.stderr
    assert done.stderr.count("\n") == 1


def test_an_unknown_name_takes_as_long_as_a_wrong_password(logins):
    check = read_logins(logins(hash_password("ada", "secret words")))
    seconds = []
    for name in ("ada", "nobody at all"):
        began = time.perf_counter()
        assert not ran(check(name, "wrong"))
        seconds.append(time.perf_counter() - began)
    assert seconds[1] > seconds[0] / 5


def test_the_page_is_started_with_an_auth_file():
    assert parse(["--auth-file", "logins"]).auth_file == "logins"
