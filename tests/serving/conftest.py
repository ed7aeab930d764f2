"""One client of the page for all tests of how it is served."""

import pytest
from gradio_client import Client


@pytest.fixture(scope="session")
def client(served):
    return Client(served, verbose=False)
