"""A sound that takes on another's manner: measured on what is heard."""

import numpy as np
import pytest

from faceweb.config import SoundConfig
from faceweb.media.audio import RATE
from faceweb.networks.convnd import Design, build_convnd, randomize
from faceweb.networks.device import Device
from faceweb.style.model import StyleModel
from faceweb.style.sound import CHANNELS, SoundStyleModel, correlate_with_content, sound_scene
from faceweb.style.transfer import StyleTransfer
from faceweb.types import Signal

SECONDS = 1.0
T = np.arange(int(SECONDS * RATE)) / RATE


@pytest.fixture(scope="module")
def style_model():
    network = randomize(build_convnd(1, Design(CHANNELS, (64,), (1,), 11)), 0)
    return StyleModel(network, Device("cpu", "CPU", "float32"), content_layer=0)


def tone(hertz):
    return Signal((0.5 * np.sin(2 * np.pi * hertz * T)).astype(np.float32), RATE)


def clicks():
    """Noise in bursts, eight a second."""
    noise = np.random.default_rng(0).standard_normal(len(T))
    return Signal((0.3 * noise * np.exp(-40 * (T % 0.125))).astype(np.float32), RATE)


def made(style_model, content, style, **settings):
    config = SoundConfig(steps=60, **settings).style
    scene = sound_scene(content, style)
    maker = SoundStyleModel(style_model, scene, config)
    painting = StyleTransfer(maker, scene, config)
    *_, last = painting.run()
    return scene, maker.synthesize(last.picture), last, painting, config


def test_what_is_heard_is_what_was_painted_and_has_the_style(style_model):
    scene, sound, last, painting, config = made(style_model, tone(440), clicks())
    assert len(sound.samples) == len(T)
    heard = scene.spectrogram(sound)
    # The last window alone reaches beyond the sound's end.
    np.testing.assert_allclose(heard[:-3], last.picture[:-3], atol=1e-3)
    before, after = (painting.losses(each, config).style for each in (scene.content, heard))
    assert after < before / 10
    assert 0.2 < correlate_with_content(scene, heard) < 0.95


def test_a_texture_keeps_nothing_of_its_content(style_model):
    scene, sound, _, painting, config = made(style_model, tone(440), clicks(), texture=True)
    heard = scene.spectrogram(sound)
    assert abs(correlate_with_content(scene, heard)) < 0.2
    start = scene.canvas(config, ()).start(config)
    before, after = (painting.losses(each, config).style for each in (start, heard))
    assert after < before / 10


def test_the_same_seed_is_the_same_sound(style_model):
    one, two, other = (
        made(style_model, clicks(), clicks(), texture=True, seed=seed)[1].samples
        for seed in (3, 3, 4)
    )
    np.testing.assert_array_equal(one, two)
    assert np.abs(one - other).max() > 0.01


def test_the_content_is_in_its_own_scene_and_correlates_with_itself(style_model):
    scene = sound_scene(tone(440), clicks())
    np.testing.assert_allclose(scene.spectrogram(tone(440)), scene.content, atol=1e-6)
    assert correlate_with_content(scene, scene.content) == pytest.approx(1)
    assert correlate_with_content(scene, np.full_like(scene.content, 0.3)) == 0
