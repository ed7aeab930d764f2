"""What a program hands over."""

from gradio_client import handle_file

from tests.conftest import EXAMPLES


def example(name: str):
    """An example picture, to be uploaded."""
    return handle_file(str(EXAMPLES / f"{name}.jpg"))
