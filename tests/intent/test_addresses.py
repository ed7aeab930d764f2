"""Files named by an address: which hosts the page's machine may be sent to."""

import asyncio

import httpx
import pytest
from gradio import processing_utils

from faceweb.serving import gradio_patches
from tests.intent.files import calls_with
from tests.loops import ran

# Ways to write this machine, its network, and the address where clouds keep their secrets.
INNER = (
    "127.0.0.1",
    "localhost",
    "0.0.0.0",
    "2130706433",
    "0x7f000001",
    "127.1",
    "[::1]",
    "[::ffff:127.0.0.1]",
    "169.254.169.254",
    "10.0.0.1",
    "192.168.0.1",
    "172.16.0.1",
    "100.64.0.1",
    "[fd00::1]",
    "[fe80::1]",
    "224.0.0.1",
)


def test_no_endpoint_asks_another_host(served, call, listener):
    address, asked = listener
    tried = 0
    for file in ({"path": f"{address}/a.png"}, {"path": "", "url": f"{address}/a.png"}):
        for name, data in calls_with(served, file):
            event, said = call(served, name, data)
            assert event == "error", (name, said)
            assert "Traceback" not in str(said)
            tried += 1
    assert asked == []
    assert tried >= 30


def test_the_refusal_says_what_to_do(served, call):
    calls = dict(calls_with(served, {"path": "https://example.com/a.png"}))
    event, said = call(served, "feature_maps", calls["feature_maps"])
    assert event == "error"
    assert "fetches nothing from other hosts: upload the file instead" in str(said)


@pytest.mark.parametrize("host", INNER)
def test_assistants_reach_public_hosts_only(host):
    with pytest.raises(Exception, match=r"not a public one|no host"):
        ran(asyncio.wait_for(gradio_patches._public_address(host.strip("[]")), 10))


@pytest.mark.parametrize("address", ["8.8.8.8", "2001:4860:4860::8888", "::ffff:8.8.8.8"])
def test_public_addresses_are_public(address):
    assert gradio_patches.is_public(address)


@pytest.fixture
def anywhere(monkeypatch, listener):
    """Lets the listener pass for a public host, and gives what Gradio fetches by."""
    monkeypatch.setattr(gradio_patches, "is_public", lambda address: True)
    monkeypatch.setattr(
        processing_utils, "async_ssrf_protected_get", processing_utils.async_ssrf_protected_get
    )
    return listener


def fetch(url: str, largest: int) -> httpx.Response:
    gradio_patches.fetch_within(largest)
    return ran(processing_utils.async_ssrf_protected_get(url))


def test_what_is_fetched_is_bounded(anywhere):
    address, asked = anywhere
    assert fetch(f"{address}/a", 1000).content == b"secret of the inner network"
    with pytest.raises(Exception, match="larger than 0 MB"):
        fetch(f"{address}/b", 10)
    assert asked == ["/a", "/b"]


def test_nobody_is_led_elsewhere(anywhere):
    address, asked = anywhere
    with pytest.raises(Exception, match="answered 302"):
        fetch(f"{address}/lead", 1000)
    assert asked == ["/lead"]
