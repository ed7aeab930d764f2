"""Ways to spoil a file."""

import random

# Values at which lengths, counts and offsets go wrong.
EDGES = (0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)
TOKENS = (
    b"nan",
    b"inf",
    b"-1",
    b"1e999",
    b"\0",
    b"\n",
    b",",
    b'"',
    b"{",
    b"[",
    b"../",
    b"\xff\xfe",
)


def spoiled(data: bytes, other: bytes, chance: random.Random) -> bytes:
    """The file with one to six faults; some take a piece of another file."""
    held = bytearray(data)
    for _ in range(chance.choice((1, 1, 2, 3, 6))):
        chance.choice(WAYS)(held, other, chance)
    return bytes(held)


def _place(held: bytearray, chance: random.Random) -> int:
    # Headers lie at either end.
    size = max(1, len(held))
    near = chance.randrange(min(size, 400))
    return chance.choice((near, size - 1 - near, chance.randrange(size)))


def _flip(held: bytearray, _other: bytes, chance: random.Random) -> None:
    at = _place(held, chance)
    if held:
        held[at] ^= 1 << chance.randrange(8)


def _lie(held: bytearray, _other: bytes, chance: random.Random) -> None:
    at, width = _place(held, chance), chance.choice((1, 2, 4, 8))
    value = chance.choice(EDGES) & (256**width - 1)
    held[at : at + width] = value.to_bytes(width, chance.choice(("little", "big")))


def _cut(held: bytearray, _other: bytes, chance: random.Random) -> None:
    del held[_place(held, chance) :]


def _drop(held: bytearray, _other: bytes, chance: random.Random) -> None:
    at = _place(held, chance)
    del held[at : at + chance.choice((1, 2, 16, 300))]


def _double(held: bytearray, _other: bytes, chance: random.Random) -> None:
    at = _place(held, chance)
    held[at:at] = held[at : at + chance.choice((1, 16, 300))] * chance.choice((1, 3, 50))


def _splice(held: bytearray, other: bytes, chance: random.Random) -> None:
    at, start = _place(held, chance), chance.randrange(max(1, len(other)))
    held[at : at + chance.choice((0, 64))] = other[start : start + chance.choice((8, 64, 2000))]


def _say(held: bytearray, _other: bytes, chance: random.Random) -> None:
    at = _place(held, chance)
    held[at:at] = chance.choice(TOKENS)


WAYS = (_flip, _flip, _lie, _lie, _cut, _drop, _double, _splice, _say)
