"""Passwords of the auth file, hashed: `python -m faceweb.serving.passwords NAME` makes a line.

A line is `name:scrypt$n$r$p$salt$hash`, salt and hash as hexadecimal digits; n, r and p are the
costs of scrypt (RFC 7914). A name holds no colon.
"""

import getpass
import hashlib
import hmac
import secrets
import sys
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

from anyio.to_thread import run_sync

from faceweb.errors import FacewebError, SettingError

# 32 MB and about a tenth of a second: little for one visitor, much for who tries a dictionary.
COSTS = (2**15, 8, 1)
MEMORY = 2**27
HOW = "`python -m faceweb.serving.passwords NAME` makes a line"
Check = Callable[[str, str], Coroutine[Any, Any, bool]]


def hash_password(name: str, password: str) -> str:
    """A line of the auth file.

    Raises:
        SettingError: the name or the password cannot be used.
    """
    if not name.strip() or ":" in name or not name.isprintable():
        raise SettingError("A name to log in with is not empty and holds no colon: choose another.")
    if len(password) < 8:
        raise SettingError("A password has 8 characters or more: choose a longer one.")
    salt = secrets.token_bytes(16)
    n, r, p = COSTS
    return f"{name.strip()}:scrypt${n}${r}${p}${salt.hex()}${_scrypt(password, salt, COSTS).hex()}"


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
    # Whoever has no login is checked against this, so that time does not tell which names exist.
    nobody = _parse_line(hash_password("nobody", secrets.token_hex(16)).partition(":")[2])

    def matches(name: str, password: str) -> bool:
        salt, costs, wanted = known.get(name.strip(), nobody)
        return hmac.compare_digest(_scrypt(password, salt, costs), wanted)

    async def check(name: str, password: str) -> bool:
        # In a thread, or the page would stand still for everybody meanwhile.
        return await run_sync(matches, name, password)

    return check


Stored = tuple[bytes, tuple[int, int, int], bytes]


def _login(path: Path, number: int, line: str) -> tuple[str, Stored]:
    name, _, stored = line.partition(":")
    try:
        return name.strip(), _parse_line(stored.strip())
    except ValueError:
        raise SettingError(
            f"Line {number} of the auth file {path} holds no hashed password: {HOW} to put there."
        ) from None


def _parse_line(text: str) -> Stored:
    """Salt, costs and hash of a stored password; a ValueError where it is none."""
    kind, n, r, p, salt, digest = text.split("$")
    costs = int(n), int(r), int(p)
    n_, r_, p_ = costs
    dear = 128 * n_ * r_ * p_ > MEMORY // 2
    if kind != "scrypt" or n_ < 2 or n_ & (n_ - 1) or min(r_, p_) < 1 or dear:
        raise ValueError
    if len(bytes.fromhex(digest)) != 64 or len(bytes.fromhex(salt)) < 8:
        raise ValueError
    return bytes.fromhex(salt), costs, bytes.fromhex(digest)


def _scrypt(password: str, salt: bytes, costs: tuple[int, int, int]) -> bytes:
    n, r, p = costs
    return hashlib.scrypt(password.encode(), salt=salt, n=n, r=r, p=p, maxmem=MEMORY, dklen=64)


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
