"""Who may log in, and how a line of the auth file is made."""

import base64
import hashlib
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

from app import parse
from faceweb.errors import SettingError
from faceweb.serving.passwords import Argon2Hash, ScryptHash, hash_password, read_logins
from tests.loops import ran

ROOT = Path(__file__).resolve().parents[2]
# Written by this program when it hashed by scrypt; the password is "correct horse battery staple".
BEFORE = Path(__file__).resolve().parents[1] / "data" / "logins_scrypt"


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
    """By argon2's low level alone: name:$argon2id$v=19$m,t,p$salt$hash, base64 unpadded."""
    from argon2 import low_level

    def encode(data: bytes) -> str:
        return base64.b64encode(data).decode().rstrip("=")

    salt = b"salt of 16 bytes"
    digest = low_level.hash_secret_raw(b"open sesame", salt, 1, 64, 1, 32, low_level.Type.ID)
    path = logins(f"ada:$argon2id$v=19$m=64,t=1,p=1${encode(salt)}${encode(digest)}")
    assert may(path, "ada", "open sesame")
    assert not may(path, "ada", "open sesam")
    line = hash_password("ada", "open sesame")
    assert re.fullmatch(r"ada:\$argon2id\$v=19\$m=65536,t=3,p=4\$[\w+/]{22}\$[\w+/]{43}", line)


def test_lines_written_before_argon2_still_log_in(logins):
    assert may(BEFORE, "ada", "correct horse battery staple")
    for name, password in [("ada", "correct horse battery"), ("bea", ""), ("", "")]:
        assert not may(BEFORE, name, password)
    both = logins(BEFORE.read_text().strip(), hash_password("bea", "another one"))
    assert may(both, "ada", "correct horse battery staple")
    assert may(both, "bea", "another one")
    assert not may(both, "bea", "correct horse battery staple")
    assert not may(both, "carl", "another one")


def test_the_older_format_is_as_it_was(logins):
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
        f"ada:$argon2id$v=19$m=4000000,t=3,p=4${'A' * 22}${'A' * 43}",
        f"ada:$argon2id$v=19$m=65536,t=100000,p=4${'A' * 22}${'A' * 43}",
        f"ada:$argon2i$v=19$m=65536,t=3,p=4${'A' * 22}${'A' * 43}",
        f"ada:$argon2id$v=19$m=65536,t=3,p=4${'A' * 22}$%%%",
        f"ada:$argon2id$v=19$m=65536,t=3,p=4${'A' * 22}$AA",
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


@pytest.mark.parametrize("name", ["ada", "bea", "nobody at all"])
def test_each_try_costs_the_same_beside_lines_of_the_older_format(logins, monkeypatch, name):
    """One check by Argon2 and one by scrypt, whoever asks, and so the same time."""
    spent = []
    for kind in (Argon2Hash, ScryptHash):

        def verify(self, password, kind=kind, verify=kind.verify):
            spent.append(kind)
            return verify(self, password)

        monkeypatch.setattr(kind, "verify", verify)
    both = logins(BEFORE.read_text().strip(), hash_password("bea", "another one"))
    assert not may(both, name, "wrong")
    assert sorted(spent, key=str) == [Argon2Hash, ScryptHash]


def test_a_decoy_costs_what_its_model_costs_and_is_well_formed():
    line = hash_password("ada", "secret words").partition(":")[2]
    stored = Argon2Hash.parse(line)
    decoy = stored.make_decoy()
    assert decoy.costs == stored.costs
    assert decoy.encoded != line
    assert Argon2Hash.parse(decoy.encoded) == decoy
    assert not decoy.verify("secret words")


def test_the_page_is_started_with_an_auth_file():
    assert parse(["--auth-file", "logins"]).auth_file == "logins"
