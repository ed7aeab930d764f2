import hashlib
import threading
from dataclasses import replace
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import h5py
import keras
import numpy as np
import pytest

from faceweb.errors import WeightsUnavailableError
from faceweb.networks import vgg19
from faceweb.networks.perceptual import build_perceptual

FILE = "vgg19_weights_tf_dim_ordering_tf_kernels_notop.h5"
STYLE_LAYERS = [f"block{block}_conv1" for block in range(1, 6)]


@pytest.fixture(scope="module")
def reference():
    """VGG-19 as keras.applications builds it, with random weights and biases."""
    keras.utils.set_random_seed(0)
    model = keras.applications.VGG19(weights=None, include_top=False)
    random = np.random.default_rng(0)
    for layer in model.layers:
        if layer.weights:
            layer.bias.assign(random.uniform(-5, 5, layer.bias.shape))
    return model


@pytest.fixture(scope="module")
def home(reference, tmp_path_factory):
    """A Keras cache folder whose weight file has the names and the layout of the published one."""
    home = tmp_path_factory.mktemp("keras")
    (home / "models").mkdir()
    with h5py.File(home / "models" / FILE, "w") as file:
        file.attrs["layer_names"] = [layer.name.encode() for layer in reference.layers]
        for layer in reference.layers:
            group = file.create_group(layer.name)
            names = [f"{layer.name}_{kind}_1:0" for kind in "Wb"] if layer.weights else []
            group.attrs["weight_names"] = [name.encode() for name in names]
            for name, value in zip(names, layer.get_weights(), strict=True):
                group[name] = value
    return home


@pytest.fixture(scope="module")
def network(home):
    """What the loader makes of that file, taken for the right one; the net is a closed port."""
    with pytest.MonkeyPatch.context() as patch:
        pretend(patch, home)
        heard = []
        network = vgg19.load_vgg19(lambda *step: heard.append(step))
    assert heard == [], "a cached file was downloaded again"
    return network


@pytest.fixture
def cached(monkeypatch, home):
    pretend(monkeypatch, home)
    return home / "models" / FILE


def pretend(patch: pytest.MonkeyPatch, home: Path) -> None:
    md5 = hashlib.md5((home / "models" / FILE).read_bytes()).hexdigest()
    url = f"http://127.0.0.1:1/{FILE}"
    patch.setattr(vgg19, "WEIGHTS", replace(vgg19.WEIGHTS, url=url, md5=md5))
    patch.setenv("KERAS_HOME", str(home))
    patch.setenv("no_proxy", "*")


@pytest.fixture(scope="module")
def photo():
    return np.random.default_rng(1).random((1, 21, 34, 3), np.float32)


def convolve(x: np.ndarray, layer: keras.Layer, mode: str = "constant") -> np.ndarray:
    """A 3 x 3 convolution with its ReLU, (h, w, c) to (h, w, d)."""
    kernel, bias = (np.asarray(value, np.float64) for value in layer.get_weights())
    padded = np.pad(x, [(1, 1), (1, 1), (0, 0)], mode=mode)
    windows = np.lib.stride_tricks.sliding_window_view(padded, (3, 3), axis=(0, 1))
    return np.maximum(np.einsum("hwcij,ijcd->hwd", windows, kernel, optimize=True) + bias, 0)


def halve(x: np.ndarray) -> np.ndarray:
    """Means over 2 x 2 pixels; over those there are, where a side is odd."""
    padding = [(0, side % 2) for side in x.shape[:2]]
    padded = np.pad(x, [*padding, (0, 0)], constant_values=np.nan)
    h, w, c = padded.shape
    return np.nanmean(padded.reshape(h // 2, 2, w // 2, 2, c), axis=(1, 3))


def test_every_tap_agrees_with_numpy(network, reference, photo):
    x = photo[0, :, :, ::-1].astype(np.float64) * 255 - [103.939, 116.779, 123.68]
    expected = []
    for block, count in enumerate((2, 2, 4, 4, 1), start=1):
        x = halve(x) if block > 1 else x
        for number in range(1, count + 1):
            layer = reference.get_layer(f"block{block}_conv{number}")
            x = convolve(x, layer, "edge" if block == number == 1 else "constant")
            if number == 1:
                expected.append(x)
    style_layers = network(photo)
    assert [style_layer.shape[1:3] for style_layer in style_layers] == [
        (21, 34),
        (11, 17),
        (6, 9),
        (3, 5),
        (2, 3),
    ]
    for style_layer, wanted in zip(style_layers, expected, strict=True):
        assert wanted.std() > 1
        np.testing.assert_allclose(style_layer[0], wanted, rtol=1e-4, atol=1e-4 * wanted.max())


def test_the_first_tap_is_that_of_keras(network, reference, photo):
    scaled = keras.applications.vgg19.preprocess_input(photo * 255)
    first = keras.Model(reference.input, reference.get_layer("block1_conv1").output)
    style_layer, theirs = np.asarray(network(photo)[0]), np.asarray(first(scaled))
    np.testing.assert_allclose(
        style_layer[:, 1:-1, 1:-1], theirs[:, 1:-1, 1:-1], rtol=1e-4, atol=1e-2
    )
    assert np.abs(style_layer - theirs).max() > 1, (
        "zeros around the picture are not its border repeated"
    )


def test_keras_reads_the_same_file(network, home):
    """So the layout that these tests write is the one that keras.applications downloads."""
    theirs = keras.applications.VGG19(weights=str(home / "models" / FILE), include_top=False)
    for name in STYLE_LAYERS:
        pair = network.get_layer(name).weights, theirs.get_layer(name).weights
        for one, other in zip(*pair, strict=True):
            np.testing.assert_array_equal(one, other)


def test_it_stands_in_for_the_built_in_network(network, photo):
    built_in = build_perceptual()
    assert network.input_shape == built_in.input_shape
    for size in (16, 21):
        picture = photo[:, :size, :size]
        shapes = [
            [style_layer.shape[:3] for style_layer in model(picture)]
            for model in (network, built_in)
        ]
        assert shapes[0] == shapes[1]
    assert [style_layer.shape[-1] for style_layer in network.outputs] == [64, 128, 256, 512, 512]


def test_the_file_is_the_one_keras_asks_for(monkeypatch):
    asked = {}

    def get_file(name, url, cache_subdir, file_hash):
        asked.update(name=name, url=url, folder=cache_subdir, md5=file_hash)
        raise InterruptedError

    monkeypatch.setattr("keras.src.utils.file_utils.get_file", get_file)
    with pytest.raises(InterruptedError):
        keras.applications.VGG19(weights="imagenet", include_top=False)
    assert asked["url"] == vgg19.WEIGHTS.url
    assert asked["md5"] == vgg19.WEIGHTS.md5
    home = Path(keras.src.backend.config.keras_home()).expanduser()
    assert vgg19.weight_file() == home / asked["folder"] / asked["name"]


def test_a_home_that_cannot_be_written_to(monkeypatch, tmp_path):
    monkeypatch.delenv("KERAS_HOME", raising=False)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr("os.access", lambda *_: False)
    assert vgg19.weight_file() == tmp_path / ".keras" / "models" / FILE


@pytest.fixture
def served(home):
    """The address of a server that has the folder's files."""

    class Handler(SimpleHTTPRequestHandler):
        def log_message(self, *_):
            pass

    handler = partial(Handler, directory=str(home / "models"))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/{FILE}"
        server.shutdown()


def test_an_altered_file_is_fetched_anew(monkeypatch, cached, served, tmp_path):
    path = tmp_path / "models" / FILE
    path.parent.mkdir()
    path.write_bytes(b"cut short")
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    monkeypatch.setattr(vgg19, "WEIGHTS", replace(vgg19.WEIGHTS, url=served))
    heard = []
    vgg19.load_vgg19(lambda *step: heard.append(step))
    assert path.read_bytes() == cached.read_bytes()
    assert heard[-1] == ("Downloading VGG-19 (80 MB)", 1.0)


def test_without_a_net_the_visitor_reads_one_sentence(monkeypatch, cached, tmp_path):
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    with pytest.raises(WeightsUnavailableError) as caught:
        vgg19.load_vgg19(timeout=5.0)
    assert str(caught.value) == (
        "VGG-19 (80 MB) could not be downloaded: the net cannot be reached from here. "
        "The built-in network needs no download."
    )
