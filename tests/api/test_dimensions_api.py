"""The arithmetic of a convolution, as a program calls it; every refusal is one sentence."""

import pytest
from gradio_client.exceptions import AppError


@pytest.mark.parametrize(
    ("rank", "filters", "output", "parameters", "multiplies"),
    [
        # 14 - 5 + 1 = 10 positions an axis; 5 weights and a bias; 10 places of 5 products.
        (1, 1, [10, 1], 6, 50),
        # (25 + 1) * 16 and 100 * 25 * 16.
        (2, 16, [10, 10, 16], 416, 40_000),
        # (125 + 1) * 16 and 1000 * 125 * 16.
        (3, 16, [10, 10, 10, 16], 2_016, 2_000_000),
    ],
)
def test_the_three_examples(client, rank, filters, output, parameters, multiplies):
    record, answer, ranks = client.predict(rank, 14, 5, filters, api_name="/dimensions")
    assert record == {
        "input_shape": [14] * rank + [1],
        "output_shape": output,
        "parameters": parameters,
        "multiplies": multiplies,
    }
    assert f"<b>{multiplies:,}</b>" in answer
    assert ranks.count("<tr") == 4


def test_every_argument_has_its_default(client):
    record, *_ = client.predict(api_name="/dimensions")
    assert record["output_shape"] == [10, 10, 16]


def test_all_arguments_by_name(client):
    """Same padding and stride 2: 9 / 2 rounded up = 5; (9 * 3 + 1) * 4 = 112; 25 * 9 * 3 * 4."""
    record, *_ = client.predict(
        rank=2,
        size=9,
        filter=3,
        filters=4,
        channels=3,
        stride=2,
        padding="same",
        dilation=1,
        api_name="/dimensions",
    )
    assert record == {
        "input_shape": [9, 9, 3],
        "output_shape": [5, 5, 4],
        "parameters": 112,
        "multiplies": 2_700,
    }


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"size": 4}, "has no room on 4"),
        ({"stride": 2, "dilation": 2}, "strided or dilated here, not both"),
        ({"size": 14.5}, "Size must be a whole number from 1 to 512"),
        ({"size": 0}, "Value 0 is less than minimum value 1."),
        ({"rank": 4}, "not in the list of choices"),
        ({"padding": "full"}, "not in the list of choices"),
    ],
)
def test_refusals_are_one_sentence(client, settings, sentence):
    with pytest.raises(AppError, match=sentence) as refused:
        client.predict(**settings, api_name="/dimensions")
    assert "\n" not in str(refused.value)


def test_the_numbers_of_a_window_on_its_way(client):
    """The last five samples of the beat are 9 -8 -23 -44 -52: - 9 + 8 - 44 - 52 = -97."""
    record, stage = client.predict(rank=1, api_name="/convolve")
    assert record["kernel"] == [-1, -1, 0, 1, 1]
    assert record["input"][-5:] == [9, -8, -23, -44, -52]
    assert record["output"][-1] == -97
    assert record["zeros"] == [0, 0]
    assert "data-slide" in stage


def test_a_window_that_cannot_be_drawn_is_one_sentence(client):
    with pytest.raises(AppError, match="more than the 24 a side that can be drawn"):
        client.predict(size=200, filter=31, api_name="/convolve")
