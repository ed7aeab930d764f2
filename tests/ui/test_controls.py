"""Handlers that take a config, as Gradio sees and calls them."""

import gradio as gr
import pytest
from gradio.utils import get_function_params

from faceweb.config import DimensionsConfig, SolidConfig, WindowConfig
from faceweb.errors import SettingError
from faceweb.ui.controls import spread_config


class Handlers:
    @spread_config
    def grow(self, style, config: SolidConfig, label: str = "a", request: gr.Request = None):
        return style, config, label, request

    @spread_config
    def slide(self, config: DimensionsConfig, window: WindowConfig):
        return config, window


def test_gradio_sees_the_fields_with_their_defaults_where_the_config_stands():
    seen = [(name, default) for name, _, default, _ in get_function_params(Handlers().grow)]
    # The request is Gradio's own, no argument.
    assert seen == [
        ("style", None),
        ("side", 32),
        ("steps", 80),
        ("seed", 0),
        ("rate", 0.08),
        ("smooth", 1.0),
        ("label", "a"),
    ]


def test_values_by_position_and_by_name_become_one_config():
    config = SolidConfig(side=48, steps=20, seed=3, rate=0.1, smooth=0.5)
    assert Handlers().grow("s", 48, 20, 3, 0.1, 0.5, "b") == ("s", config, "b", None)
    assert Handlers().grow("s", smooth=2.0) == ("s", SolidConfig(smooth=2.0), "a", None)


def test_two_configs_each_take_their_own():
    values = (3, 20, 3, 4, 1, 2, "same", 1, "random", 7)
    config, window = Handlers().slide(*values)
    assert (config.rank, config.size, config.filters, config.dilation) == (3, 20, 4, 1)
    assert window == WindowConfig(kernel="random", seed=7)


def test_a_value_out_of_its_range_is_refused_before_the_handler_runs():
    with pytest.raises(SettingError, match="Smooth must be"):
        Handlers().grow("s", smooth=99.0)
