"""Passwords of the auth file, hashed: `python -m faceweb.serving.passwords NAME` makes a line.

A line is `name:$argon2id$v=19$m=...,t=...,p=...$salt$hash`: the encoded form of Argon2id (RFC
9106) that argon2-cffi and the reference implementation write, with memory in KiB, passes, lanes,
and salt and hash in base64. Lines of an older form, `name:scrypt$n$r$p$salt$hash` (RFC 7914; salt
and hash as hexadecimal digits), are still checked. A name holds no colon.
"""

import base64
import getpass
import hashlib
import hmac
import re
import secrets
import sys
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from anyio.to_thread import run_sync

from faceweb.errors import FacewebError, SettingError

# Bytes that one check of a password may take; argon2-cffi's own costs take 64 MiB.
MEMORY = 2**27
HOW = "`python -m faceweb.serving.passwords NAME` makes a line"
ENCODED = re.compile(r"(\$argon2id\$v=19\$m=\d+,t=\d+,p=\d+)\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)")
Check = Callable[[str, str], Coroutine[Any, Any, bool]]


@dataclass(frozen=True)
class Argon2Hash:
    """A password hashed by Argon2id.

    Args:
        encoded: the text that `argon2.PasswordHasher.hash` gives.
    """

    encoded: str

    @classmethod
    def parse(cls, text: str) -> "Argon2Hash":
        """Reads what stands behind the name in a line; a ValueError where it is something else."""
        # Here, since only a page with an auth file needs it: it takes 100 ms to import.
        from argon2 import extract_parameters

        if not ENCODED.fullmatch(text):
            raise ValueError
        costs = extract_parameters(text)
        if not 1 <= costs.parallelism <= 64 or not 1 <= costs.time_cost <= 100:
            raise ValueError
        if not 8 * costs.parallelism <= costs.memory_cost <= MEMORY // 1024:
            raise ValueError
        if costs.salt_len < 8 or costs.hash_len < 16:
            raise ValueError
        return cls(text)

    @property
    def costs(self) -> tuple:
        """What decides how long a check takes."""
        prefix, salt, digest = self._parts()
        return prefix, len(salt), len(digest)

    def verify(self, password: str) -> bool:
        """Whether it is the hash of this password."""
        from argon2 import PasswordHasher
        from argon2.exceptions import InvalidHashError, VerificationError

        try:
            return PasswordHasher().verify(self.encoded, password)
        except (VerificationError, InvalidHashError):
            return False

    def make_decoy(self) -> "Argon2Hash":
        """A hash of the same costs that no known password has."""
        prefix, salt, digest = self._parts()
        return Argon2Hash("$".join((prefix, _randomize(salt), _randomize(digest))))

    def _parts(self) -> tuple[str, str, str]:
        found = ENCODED.fullmatch(self.encoded)
        if found is None:
            raise ValueError(f"Argon2's encoded form was expected. Received: {self.encoded!r}.")
        return found[1], found[2], found[3]


@dataclass(frozen=True)
class ScryptHash:
    """A password hashed by scrypt, as lines of the auth file were before Argon2id.

    Args:
        salt: 8 bytes or more.
        costs: n, r and p of scrypt.
        digest: 64 bytes.
    """

    salt: bytes
    costs: tuple[int, int, int]
    digest: bytes

    @classmethod
    def parse(cls, text: str) -> "ScryptHash":
        """Reads what stands behind the name in a line; a ValueError where it is something else."""
        kind, n, r, p, salt, digest = text.split("$")
        costs = int(n), int(r), int(p)
        n_, r_, p_ = costs
        expensive = 128 * n_ * r_ * p_ > MEMORY // 2
        if kind != "scrypt" or n_ < 2 or n_ & (n_ - 1) or min(r_, p_) < 1 or expensive:
            raise ValueError
        if len(bytes.fromhex(digest)) != 64 or len(bytes.fromhex(salt)) < 8:
            raise ValueError
        return cls(bytes.fromhex(salt), costs, bytes.fromhex(digest))

    def verify(self, password: str) -> bool:
        """Whether it is the hash of this password."""
        n, r, p = self.costs
        digest = hashlib.scrypt(
            password.encode(), salt=self.salt, n=n, r=r, p=p, maxmem=MEMORY, dklen=64
        )
        return hmac.compare_digest(digest, self.digest)

    def make_decoy(self) -> "ScryptHash":
        """A hash of the same costs that no known password has."""
        return ScryptHash(secrets.token_bytes(len(self.salt)), self.costs, secrets.token_bytes(64))


PasswordHash = Argon2Hash | ScryptHash


def hash_password(name: str, password: str) -> str:
    """A line of the auth file.

    Raises:
        SettingError: the name or the password cannot be used.
    """
    from argon2 import PasswordHasher

    if not name.strip() or ":" in name or not name.isprintable():
        raise SettingError("A name to log in with is not empty and holds no colon: choose another.")
    if len(password) < 8:
        raise SettingError("A password has 8 characters or more: choose a longer one.")
    # The costs are those that RFC 9106 recommends where memory is scarce: 64 MiB, 3 passes.
    return f"{name.strip()}:{PasswordHasher().hash(password)}"


def read_logins(path: Path) -> Check:
    """What tells whether a name and a password may log in, from a file of lines.

    Raises:
        SettingError: the file cannot be read, holds no login, or a password is not hashed.
    """
    try:
        lines = path.read_text().splitlines()
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", "it is no text")
        raise SettingError(f"The auth file {path} cannot be read: {why}.") from None
    known = dict(_login(path, number, line) for number, line in enumerate(lines, 1) if line.strip())
    if not known:
        raise SettingError(f"The auth file {path} holds no login: {HOW}.")
    # Every try is checked once by each of the costs in the file, against a decoy where they are not
    # the name's own, so that time tells neither which names exist nor whose line is an old one.
    decoys = {stored.costs: stored.make_decoy() for stored in known.values()}

    def matches(name: str, password: str) -> bool:
        own = known.get(name.strip())
        hashes = decoys if own is None else {**decoys, own.costs: own}
        found = [stored.verify(password) and stored is own for stored in hashes.values()]
        return any(found)

    async def check(name: str, password: str) -> bool:
        # In a thread, or the page would stand still for everybody meanwhile.
        return await run_sync(matches, name, password)

    return check


def _login(path: Path, number: int, line: str) -> tuple[str, PasswordHash]:
    name, _, stored = line.partition(":")
    stored = stored.strip()
    try:
        kind = Argon2Hash if stored.startswith("$argon2") else ScryptHash
        return name.strip(), kind.parse(stored)
    except ValueError:
        raise SettingError(
            f"Line {number} of the auth file {path} holds no hashed password: {HOW} to put there."
        ) from None


def _randomize(text: str) -> str:
    """Other base64 of the same length, without padding as Argon2 writes it."""
    size = len(text) * 3 // 4
    return base64.b64encode(secrets.token_bytes(size)).decode().rstrip("=")


def main(arguments: list[str]) -> None:
    """Asks for a password twice, or reads one line that is piped in, and writes the line."""
    try:
        if len(arguments) != 1:
            raise SettingError(
                "Say who may log in: python -m faceweb.serving.passwords NAME >> FILE."
            )
        sys.stdout.write(f"{hash_password(arguments[0], _ask())}\n")
    except FacewebError as error:
        sys.stderr.write(f"{error}\n")
        raise SystemExit(2) from None


def _ask() -> str:
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    password = getpass.getpass("Password: ")
    if getpass.getpass("Again: ") != password:
        raise SettingError("The two passwords differ: type the same one twice.")
    return password


if __name__ == "__main__":
    main(sys.argv[1:])
