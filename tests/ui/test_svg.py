"""The operating characteristic says what its axes are."""

import re

import numpy as np

from faceweb.ui import svg

ONE = ("now", np.array([0.25, 1.0]), np.array([0.5, 0.0]))


def test_the_axes_are_marked_where_their_shares_lie():
    """Strangers on a square-root scale: 1 % lies at 10 % of the width, 50 % at 70.7 %."""
    drawn = svg.draw_roc([ONE])
    ticks = re.findall(r'style="(left|top):([\d.]+)%">(\d+)&nbsp;%', drawn)
    assert [t[1:] for t in ticks if t[0] == "left"] == [
        ("10.0", "1"), ("31.6", "10"), ("70.7", "50"), ("100.0", "100")
    ]  # fmt: skip
    assert [t[1:] for t in ticks if t[0] == "top"] == [
        ("100.0", "0"), ("50.0", "50"), ("0.0", "100")
    ]  # fmt: skip
    for said in ("strangers let in, square-root scale", "friends let in", "dashed, guessing"):
        assert said in drawn


def test_a_rate_is_said_as_the_percentage_that_the_headline_is():
    assert "the rate <b>4.9&nbsp;%</b>" in svg.curve([1, 2], [0.4, 0.049], "the rate", 0.5, True)
    assert "the loss <b>0.049</b>" in svg.curve([1, 2], [0.4, 0.049], "the loss", 0.5)


def test_a_curve_lies_where_the_ticks_say():
    """25 % of strangers at half of 320, 50 % of friends at half of 120; then both at the end."""
    drawn = svg.draw_roc([ONE])
    assert 'class="now" points="160.0,60.0 320.0,0.0"' in drawn


def test_guessing_lets_in_as_many_strangers_as_friends():
    points = re.search(r'class="chance" points="([^"]+)"', svg.draw_roc([ONE])).group(1)
    for pair in points.split():
        x, y = map(float, pair.split(","))
        assert abs((x / 320) ** 2 - (1 - y / 120)) < 0.002
