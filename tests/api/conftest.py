"""One client of the page for all tests of the programming interface."""

import pytest
from gradio_client import Client


@pytest.fixture(scope="session")
def client(served):
    return Client(served, verbose=False)
