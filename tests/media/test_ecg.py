"""Which traces are taken, and how the others are refused."""

import numpy as np
import pytest

from faceweb.errors import MediaError
from faceweb.media import ecg
from faceweb.media.ecg import read_trace

VALUES = np.round(np.sin(np.arange(1000) / 7), 3)


@pytest.fixture
def csv(tmp_path):
    def write(lines, encoding="utf-8", end="\n"):
        path = tmp_path / "a.csv"
        path.write_bytes(end.join(lines).encode(encoding))
        return path

    return write


def timed(rate=250.0, values=VALUES, form="{:.4f},{}"):
    return [form.format(number / rate, value) for number, value in enumerate(values)]


def edf(path, *signals, rate=250):
    """Each a label and values in mV between -2 and 2."""
    from edfio import Edf, EdfSignal

    made = [
        EdfSignal(values, rate, label=label, physical_dimension="mV", physical_range=(-2, 2))
        for label, values in signals
    ]
    Edf(made).write(path)
    return path


@pytest.mark.parametrize("header", [[], ["ECG"], ["lead II (mV)"]])
def test_one_column_has_the_rate_that_is_given(csv, header):
    signal, note = read_trace(csv(header + [str(v) for v in VALUES] + [""]), 200)
    assert (signal.rate, signal.seconds, signal.samples.dtype) == (200, 5, np.float32)
    np.testing.assert_allclose(signal.samples, VALUES, atol=1e-6)
    assert note == ""


@pytest.mark.parametrize(
    ("form", "comma"),
    [
        ("{:.4f},{}", False),
        ("{:.4f}, {}", False),
        ("{:.4f}\t{}", False),
        ("{:.4f};{}", False),
        ("{:.4f};{}", True),
        ("{:.4f}\t{}", True),
        ('"{:.4f}";"{}"', True),
    ],
)
@pytest.mark.parametrize("header", [False, True])
def test_times_tell_the_rate_whatever_parts_columns_and_decimals(csv, form, comma, header):
    lines = timed(250, form=form)
    lines = [line.replace(".", ",") for line in lines] if comma else lines
    mark = next(mark for mark in "\t;," if mark in form)
    signal, _ = read_trace(csv([f"time{mark}value"] * header + lines))
    assert signal.rate == 250
    np.testing.assert_allclose(signal.samples, VALUES, atol=1e-6)


def test_times_rounded_to_milliseconds_still_tell_the_rate(csv):
    """At 360 a second steps of 2.78 ms are written as 2 or 3 ms, and 998 of them, 2.7722 s, as
    2.772: 360.03 a second."""
    assert read_trace(csv(timed(360, VALUES[:999], "{:.3f},{}")))[0].rate == 360


def test_milliseconds_are_told_by_the_header(csv):
    lines = [f"{4 * number},{value}" for number, value in enumerate(VALUES)]
    assert read_trace(csv(["time_ms,value", *lines]))[0].rate == 250
    with pytest.raises(MediaError, match=r"0\.25 values a second: .* times in seconds"):
        read_trace(csv(lines))


@pytest.mark.parametrize(("encoding", "end"), [("utf-8-sig", "\r\n"), ("utf-8", "\r")])
def test_what_other_systems_write_is_read(csv, encoding, end):
    for header in ([], ["t,v"]):
        assert read_trace(csv(header + timed(), encoding, end))[0].seconds == 4


def test_more_than_ten_minutes_are_cut_off_and_it_is_said(csv):
    signal, note = read_trace(csv([str(v) for v in np.tile(VALUES, 66)]), 100)
    assert (signal.seconds, note) == (600, "Only the first 10 minutes of 11.0 are used.")


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("0.4,abc", "Line 101 holds “abc” where a number should be: mend it"),
        ("0.4,1_0", "Line 101 holds “1_0” where"),
        ("0.4,\x1b[31m", r"Line 101 holds “\\x1b\[31m” where"),
        ("0.4,", "Line 101 has a gap where a number should be"),
        ("0.4,NaN", "Line 101 holds NaN or infinity: fill the gap or cut it out"),
        ("0.4,-inf", "Line 101 holds NaN or infinity"),
        ("0.4,1,2", "Line 101 has not 2 columns like the others"),
        ("0.4", "Line 101 has not 2 columns"),
        ("0.4," + "1" * 1000, "Line 101 is too long for a trace"),
    ],
)
def test_a_bad_line_is_named(csv, line, message):
    lines = timed()
    lines[100] = line
    with pytest.raises(MediaError, match=message):
        read_trace(csv(lines))


def test_blank_lines_and_the_header_count_as_lines(csv):
    with pytest.raises(MediaError, match="Line 6 holds “x”"):
        read_trace(csv(["t,v", "", "0.000,1", "0.004,2", "", "0.008,x"]))


def test_two_rates_are_named(csv):
    times = np.concatenate([np.arange(500) / 250, 2 + np.arange(500) / 125])
    lines = [f"{t:.4f},{v}" for t, v in zip(times, VALUES, strict=True)]
    with pytest.raises(MediaError, match="has two rates, 250 and 125 values a second: keep"):
        read_trace(csv(lines))


@pytest.mark.parametrize("jump", [0.004, 0.1, -0.5])
def test_a_gap_or_a_jump_in_time_is_named(csv, jump):
    times = np.arange(1000) / 250
    times[600:] += jump
    lines = [f"{t:.4f},{v}" for t, v in zip(times, VALUES, strict=True)]
    with pytest.raises(MediaError, match="go on unevenly at line 601: use one without gaps"):
        read_trace(csv(lines))


def test_times_that_fall_are_refused(csv):
    with pytest.raises(MediaError, match="do not rise: put them in order"):
        read_trace(csv(timed()[::-1]))


def test_a_rate_that_contradicts_the_times_is_refused(csv):
    assert read_trace(csv(timed(250)), 250)[0].rate == 250
    with pytest.raises(MediaError, match="make 250 values a second, not the 360 asked for: leave"):
        read_trace(csv(timed(250)), 360)


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ([], "is empty"),
        (["", "  "], "is empty"),
        (["time,value"], "holds a header alone"),
        (["1,2,3"] * 900, "has 3 columns: keep one of values, or one of times and one of values"),
        ([str(v) for v in VALUES], "has no times: say how many values a second"),
        (["0,51", "-0,12", "0,33"] * 300, "may part columns or decimals: write decimals with poi"),
        (["0.1;0,5", "0.2;0,6"], "Line 1 has a comma where others have points"),
        (["7\t1", "8\t2.5", "9\t1,5"], "Line 3 has a comma where others have points"),
    ],
)
def test_what_is_no_trace_is_refused(csv, lines, message):
    with pytest.raises(MediaError, match=message):
        read_trace(csv(lines))


@pytest.mark.parametrize(
    ("values", "rate", "message"),
    [
        (np.full(1000, 3.5), 250, "one value throughout: choose one that moves"),
        (VALUES[:499], 250, r"lasts 1\.996 s: use one of at least 2 s"),
        (VALUES[:100], 250, r"lasts 0\.4 s: use one of at least 2 s"),
        (VALUES, 20, "has 20 values a second: bring one of 50 to 1,000"),
        (VALUES, 5000, "has 5,000 values a second: bring one of 50 to 1,000"),
        (VALUES, float("nan"), "has nan values a second"),
        (VALUES * 1e300, 250, "values that are no numbers"),
    ],
)
def test_values_that_cannot_be_used_are_refused(csv, values, rate, message):
    with pytest.raises(MediaError, match=message):
        read_trace(csv([str(v) for v in values]), rate)


@pytest.mark.parametrize(
    "data", ["1.5\n2.5\n".encode("utf-16"), b"\xff\xfe\x00", b"\x89PNG\r\n\x1a\n"]
)
def test_what_is_not_utf8_is_refused(tmp_path, data):
    (tmp_path / "a.csv").write_bytes(data)
    with pytest.raises(MediaError, match="neither UTF-8 text nor EDF: save it as CSV"):
        read_trace(tmp_path / "a.csv", 250)


def test_a_large_file_is_refused_before_it_is_read(tmp_path, monkeypatch):
    path = tmp_path / "a.csv"
    with path.open("wb") as file:
        file.truncate(40_000_000)
    monkeypatch.setattr(ecg.Path, "read_bytes", None)
    with pytest.raises(MediaError, match="is of 40 MB: cut out a part of at most 32 MB"):
        read_trace(path, 250)


def test_a_flood_of_lines_is_refused(csv, monkeypatch):
    monkeypatch.setattr(ecg, "MOST_LINES", 900)
    with pytest.raises(MediaError, match="more than 900 lines: keep 10 minutes of it"):
        read_trace(csv([str(v) for v in VALUES]), 250)


def test_a_trace_that_was_erased_is_said_to_be(tmp_path):
    with pytest.raises(MediaError, match="no longer there: upload it again"):
        read_trace(tmp_path / "a.csv")


def test_the_heart_is_found_in_edf(tmp_path):
    path = edf(tmp_path / "a.edf", ("EEG Fp1", -VALUES), ("EKG II", VALUES))
    signal, note = read_trace(path)
    assert (signal.rate, signal.seconds) == (250, 4)
    np.testing.assert_allclose(signal.samples, VALUES, atol=1e-4)
    assert note == "This is the signal “EKG II” in mV, one of 2."


def test_without_a_heart_the_first_signal_of_edf_is_read(tmp_path):
    signal, note = read_trace(edf(tmp_path / "a.edf", ("Resp", -VALUES), ("EMG", VALUES)))
    np.testing.assert_allclose(signal.samples, -VALUES, atol=1e-4)
    assert "“Resp”" in note


def test_a_long_edf_is_cut_off_and_it_is_said(tmp_path):
    signal, note = read_trace(edf(tmp_path / "a.edf", ("ECG", np.tile(VALUES, 66)), rate=100))
    assert signal.seconds == 600
    assert note.endswith("one of 1. Only the first 10 minutes of 11.0 are used.")


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda d: d[:300], "EDF file is broken or cut short: export the trace again"),
        (lambda d: d[: len(d) // 2], "EDF file is cut short or has gaps"),
        (lambda d: d[:236] + b"99999999" + d[244:], "EDF file is cut short or has gaps"),
        (lambda d: d[:252] + b"9999" + d[256:], "EDF file is broken or cut short"),
        (lambda d: d[:244] + b"0       " + d[252:], "EDF file is broken or cut short"),
        (lambda d: d[:244] + b"nan     " + d[252:], "nan values a second"),
        (lambda d: d[:8] + b"x" * 400, "EDF file is broken or cut short"),
    ],
)
def test_a_broken_edf_is_refused(tmp_path, change, message):
    path = edf(tmp_path / "a.edf", ("ECG", VALUES))
    path.write_bytes(change(path.read_bytes()))
    with pytest.raises(MediaError, match=message):
        read_trace(path)


def test_a_flat_or_short_edf_is_refused(tmp_path):
    with pytest.raises(MediaError, match="one value throughout"):
        read_trace(edf(tmp_path / "a.edf", ("ECG", np.zeros(1000))))
    with pytest.raises(MediaError, match=r"lasts 1 s"):
        read_trace(edf(tmp_path / "a.edf", ("ECG", VALUES[:250])))
