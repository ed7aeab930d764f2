"""What is said of a convolution."""

import pytest

from faceweb.config import DimensionsConfig, WindowConfig
from faceweb.signals.convolution import dimensions, slide
from faceweb.ui.views import convolution as convolution_view
from faceweb.ui.views.render import large


@pytest.mark.parametrize(
    ("number", "said"),
    [(0, "0"), (2_000_000, "2,000,000"), (10**10 - 1, "9,999,999,999"), (10**10, "1.00 · 10¹⁰")],
)
def test_a_number_too_long_to_read_is_a_power_of_ten(number, said):
    assert large(number) == said


def test_the_largest_setting_there_is_can_be_said():
    """512^3 places of 31^3 * 1024 * 1024 products: 4.19e18."""
    config = DimensionsConfig(
        rank=3, size=512, filter=31, filters=1024, channels=1024, padding="same"
    )
    assert "4.19 · 10¹⁸" in convolution_view.answer(config, dimensions(config))


def test_every_rank_stands_beside_the_chosen_one():
    """(27 + 1) * 2 = 56 parameters, 216 * 27 * 2 = 11,664 multiplies."""
    table = convolution_view.ranks(DimensionsConfig(rank=3, size=8, filter=3, filters=2))
    for shape in ("6 × 2", "6 × 6 × 2", "6 × 6 × 6 × 2"):
        assert table.count(f"<td>{shape}</td>") == 1
    assert "<td>56</td><td>11,664</td>" in table
    assert table.index('class="now"') > table.index("<td>6 × 6 × 2</td>")


def test_what_is_not_drawn_is_said():
    config = DimensionsConfig(rank=3, size=20, filters=16, channels=3)
    said = convolution_view.stage(slide(config, WindowConfig()), config)
    assert "Drawn is 14 × 14 × 14, the largest that can be; the answer above is for 20 × 20" in said
    assert "Drawn is one filter of 16 on one channel of 3, which a layer adds up." in said
    small = DimensionsConfig(rank=1, filters=1)
    said = convolution_view.stage(slide(small, WindowConfig()), small)
    assert "Drawn is" not in said
    assert "5 products a cell" in said
