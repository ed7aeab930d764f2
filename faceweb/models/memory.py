"""Keeps a long-running page from growing."""

import ctypes

_M_MMAP_THRESHOLD, _M_ARENA_MAX = -3, -8
_LARGE = 256 * 1024


def return_freed_memory() -> None:
    """Tells glibc to give large freed blocks back to the system; does nothing elsewhere.

    By default it learns from the first freed photo to keep blocks up to 32 MB, in a pool for every
    thread that ever answered a request: memory grew by 40 MB over 1,000 verifications.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_M_ARENA_MAX, 2)
        mallopt(_M_MMAP_THRESHOLD, _LARGE)
