"""Gallery keys: 128 random bits that only the visitor holds."""

import hashlib
import re
import secrets

from faceweb.errors import KeyRefusedError

_KEY = re.compile(r"[0-9a-f]{32}")


def new_key() -> str:
    """A fresh key, 32 hexadecimal digits."""
    return secrets.token_hex(16)


def fingerprint(key: str) -> str:
    """What the server stores instead of a key: its SHA-256.

    Raises:
        KeyRefusedError: this is not 32 hexadecimal digits.
    """
    key = key.strip().lower()
    if not _KEY.fullmatch(key):
        raise KeyRefusedError(
            "A gallery key is 32 hexadecimal digits (0-9, a-f): copy it whole from the page that "
            "made it."
        )
    return hashlib.sha256(key.encode()).hexdigest()
