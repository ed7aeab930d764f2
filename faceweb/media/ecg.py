"""Reads a visitor's trace, as text or EDF, or says why not."""

import codecs
import itertools
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from faceweb.errors import MediaError
from faceweb.types import Signal

SHORTEST, LONGEST = 2.0, 600.0
LEAST_RATE, MOST_RATE = 50.0, 1_000.0
LARGEST_FILE, MOST_LINES, LONGEST_LINE = 32_000_000, 700_000, 1_000
# How far a time may lie from where even steps put it, in steps: rounded times do by up to half.
OFF, LEAST_STEP, MOST_STEP = 0.6, 0.4, 1.6
_EDF = b"0       "
_HEART = re.compile(r"ECG|EKG", re.IGNORECASE)
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?|[+-]?(nan|inf|infinity)", re.I | re.A)
_AGAIN = "export the trace again"
# edfio raises any of these on a broken header.
_BROKEN = (
    ValueError,
    LookupError,
    ArithmeticError,
    TypeError,
    AttributeError,
    NameError,
    OSError,
    MemoryError,
)


@dataclass(frozen=True)
class _Table:
    """Rows of numbers and the line each is from, with the words of the header, or ""."""

    rows: list[list[float]]
    lines: list[int]
    header: str


def read_trace(path: Path, rate: float | None = None) -> tuple[Signal, str]:
    """Reads a trace from CSV (values, or time in seconds and value) or EDF.

    Args:
        path: of text in UTF-8 with commas, semicolons or tabs, or of an EDF file, of which the
            first signal that is called ECG or EKG is taken, or else the first.
        rate: values a second, 50 to 1,000; needed where the file does not say.

    Returns:
        The trace, 2 s to 10 minutes, in the file's own unit, and what is to be said about it, or
        "".

    Raises:
        MediaError: it is no such file, too large, too short, uneven in time, flat, or holds text
            or gaps.
    """
    data = _bytes(path)
    if data.startswith(_EDF):
        return _edf(data)
    values, found = _csv(data, rate)
    return _check(values, found), _crop(len(values) / found)


def _bytes(path: Path) -> bytes:
    try:
        size = path.stat().st_size
        if size > LARGEST_FILE:
            raise MediaError(
                f"This file is of {size / 1e6:,.0f} MB: cut out a part of at most "
                f"{LARGEST_FILE // 10**6} MB."
            )
        return path.read_bytes()
    except OSError:
        raise MediaError("This trace is no longer there: upload it again.") from None


def _check(values: np.ndarray, rate: float) -> Signal:
    _refuse_rate(rate)
    seconds = len(values) / rate
    if seconds < SHORTEST:
        raise MediaError(f"This trace lasts {seconds:.4g} s: use one of at least {SHORTEST:.0f} s.")
    with np.errstate(over="ignore"):
        samples = values[: int(LONGEST * rate)].astype(np.float32)
    if not np.isfinite(samples).all():
        raise MediaError(f"This trace holds values that are no numbers: {_AGAIN}.")
    if np.ptp(samples) == 0:
        raise MediaError("This trace is one value throughout: choose one that moves.")
    return Signal(samples, rate)


def _refuse_rate(rate: float) -> None:
    if not LEAST_RATE <= rate <= MOST_RATE:
        raise MediaError(
            f"This trace has {rate:,.4g} values a second: bring one of {LEAST_RATE:.0f} to "
            f"{MOST_RATE:,.0f}, with times in seconds if it has any."
        )


def _crop(seconds: float) -> str:
    if seconds <= LONGEST:
        return ""
    return f"Only the first {LONGEST / 60:.0f} minutes of {seconds / 60:.1f} are used."


def _csv(data: bytes, rate: float | None) -> tuple[np.ndarray, float]:
    try:
        table = _table(_lines(data.removeprefix(codecs.BOM_UTF8)))
    except UnicodeDecodeError:
        raise MediaError("This file is neither UTF-8 text nor EDF: save it as CSV.") from None
    values = np.array(table.rows)
    bad = np.flatnonzero(~np.isfinite(values).all(axis=1))
    if len(bad):
        raise MediaError(
            f"Line {table.lines[bad[0]]} holds NaN or infinity: fill the gap or cut it out."
        )
    if values.shape[1] == 2:
        return values[:, 1], _rate(values[:, 0], table, rate)
    if rate is None:
        raise MediaError("This trace has no times: say how many values a second it has.")
    return values[:, 0], rate


def _table(found: list[tuple[int, str]]) -> _Table:
    separator = next((mark for mark in "\t;" if any(mark in line for _, line in found)), ",")
    header = ""
    if not any(map(_is_number, _fields(found[0][1], separator))):
        header = found.pop(0)[1]
    decimal = _decimal(found, separator)
    rows, width = [], 0
    for number, line in found:
        fields = _fields(line, separator)
        width = width or len(fields)
        if width > 2:
            raise MediaError(
                f"This file has {width} columns: keep one of values, or one of times and one of "
                "values."
            )
        if len(fields) != width:
            raise MediaError(f"Line {number} has not {width} columns like the others: mend it.")
        rows.append([_number(field, decimal, number) for field in fields])
    if not rows:
        raise MediaError("This file holds a header alone: choose one that holds a trace.")
    return _Table(rows, [number for number, _ in found], header)


def _lines(data: bytes) -> list[tuple[int, str]]:
    """Lines that are not blank, with their numbers from 1."""
    if data.count(b"\n") + data.count(b"\r") - data.count(b"\r\n") > MOST_LINES:
        raise MediaError(
            f"This file has more than {MOST_LINES:,} lines: keep {LONGEST / 60:.0f} minutes of it."
        )
    # One by one: a single emoji would make all of the text four times as large.
    lines = enumerate((line.decode() for line in data.splitlines()), 1)
    found = [(number, line) for number, line in lines if line.strip()]
    if not found:
        raise MediaError("This file is empty: choose one that holds a trace.")
    for number, line in found:
        if len(line) > LONGEST_LINE:
            raise MediaError(f"Line {number} is too long for a trace: write one value a line.")
    return found


def _fields(line: str, separator: str) -> list[str]:
    return [field.strip().strip('"').strip() for field in line.split(separator)]


def _decimal(found: list[tuple[int, str]], separator: str) -> str:
    """The mark before decimals; refuses what can be read in two ways."""
    commas = [number for number, line in found if "," in line]
    if separator != ",":
        points = any("." in line for _, line in found)
        if commas and points:
            raise MediaError(
                f"Line {commas[0]} has a comma where others have points: write all decimals alike."
            )
        return "," if commas else "."
    # Of a table with many columns no more than the first line is parted.
    if all(_whole_pair(_fields(line, ",")) for _, line in found):
        firsts = [int(_fields(line, ",")[0]) for _, line in found]
        if any(b <= a for a, b in itertools.pairwise(firsts)):
            raise MediaError(
                "The commas of this file may part columns or decimals: write decimals with points."
            )
    return "."


def _whole_pair(fields: list[str]) -> bool:
    return len(fields) == 2 and all(re.fullmatch(r"[+-]?\d+", field) for field in fields)


def _is_number(field: str) -> bool:
    return _NUMBER.fullmatch(field.replace(",", ".", 1)) is not None


def _number(field: str, decimal: str, line: int) -> float:
    field = field.replace(decimal, ".")
    if not field:
        raise MediaError(f"Line {line} has a gap where a number should be: fill it or cut it out.")
    if not _is_number(field):
        shown = ascii(field[:20])[1:-1]
        raise MediaError(f"Line {line} holds “{shown}” where a number should be: mend it.")
    return float(field)


def _rate(times: np.ndarray, table: _Table, rate: float | None) -> float:
    """Values a second out of times, which must go on evenly."""
    if re.search(r"\bms\b|_ms|millisec", table.header.lower()):
        times = times / 1000
    steps = np.diff(times)
    if not len(steps) or times[-1] <= times[0]:
        raise MediaError("The times of this trace do not rise: put them in order, in seconds.")
    step = (times[-1] - times[0]) / len(steps)
    off = np.abs(times - times[0] - step * np.arange(len(times))) > OFF * step
    odd = (steps < LEAST_STEP * step) | (steps > MOST_STEP * step)
    if off.any() or odd.any():
        raise _uneven(steps, table)
    found = 1 / step
    # Times are rounded, and rates mostly whole.
    found = float(round(found)) if abs(found - round(found)) < 1e-3 * found else found
    if rate is not None and abs(rate - found) > 0.01 * found:
        raise MediaError(
            f"The times of this trace make {found:,.4g} values a second, not the {rate:,.4g} asked "
            "for: leave the rate empty."
        )
    return found


def _uneven(steps: np.ndarray, table: _Table) -> MediaError:
    usual = float(np.median(steps))
    first, last = (float(np.median(part)) for part in np.array_split(steps, [len(steps) // 2]))
    if min(first, last) > 0 and not 0.9 < first / last < 1.1:
        return MediaError(
            f"This trace has two rates, {1 / first:,.4g} and {1 / last:,.4g} values a second: keep "
            "the part with one."
        )
    line = table.lines[int(np.argmax(np.abs(steps - usual))) + 1]
    return MediaError(
        f"The times of this trace go on unevenly at line {line}: use one without gaps or jumps."
    )


def _edf(data: bytes) -> tuple[Signal, str]:
    import edfio

    try:
        told = int(data[236:244])
        file = edfio.read_edf(data, lazy_load_data=True, header_encoding="latin-1")
        if told > file.num_data_records or not file.is_continuous:
            raise MediaError(f"This EDF file is cut short or has gaps: {_AGAIN}.")
        if not file.signals:
            raise MediaError("This EDF file holds no signal: choose one that does.")
        hearts = [signal for signal in file.signals if _HEART.search(signal.label)]
        signal = (hearts or file.signals)[0]
        rate = float(signal.sampling_frequency)
        _refuse_rate(rate)
        seconds = signal.samples_per_data_record * file.num_data_records / rate
        values = signal.get_data_slice(0, LONGEST) if seconds > LONGEST else signal.data
        trace = _check(values, rate)
    except _BROKEN:
        raise MediaError(f"This EDF file is broken or cut short: {_AGAIN}.") from None
    label, unit, count = ascii(signal.label)[1:-1], signal.physical_dimension, len(file.signals)
    note = f"This is the signal “{label}”, one of {count}."
    if unit:
        note = f"This is the signal “{label}” in {unit}, one of {count}."
    return trace, " ".join(filter(None, [note, _crop(seconds)]))
