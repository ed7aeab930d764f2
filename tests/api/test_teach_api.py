"""Teaching through the programming interface."""

import pytest
from gradio_client.exceptions import AppError

from faceweb.gallery.store import new_key
from tests.api.calls import example

HOPPERS = (example("hopper"), example("collins"))


def test_a_verdict_is_taught_used_and_undone(client):
    key = new_key()
    record, _ = client.predict(*HOPPERS, api_name="/verify")
    assert not record["same"]
    assert record["decided_by"] == "distance"
    record, page = client.predict(*HOPPERS, True, key, api_name="/teach")
    assert record["log_odds"]["before"] < 0 <= record["log_odds"]["after"]
    assert record["right"]
    assert record["marks"] == 1
    assert record["known_error"]["after"] <= record["known_error"]["before"] + record["bound"]
    assert "Learnt" in page
    record, page = client.predict(*HOPPERS, 0.6, "taught", key, api_name="/verify")
    assert record["same"]
    assert record["decided_by"]["source"] == "the pairs you marked"
    assert "Decided by the pairs you marked" in page
    other, _ = client.predict(*HOPPERS, 0.6, "taught", new_key(), api_name="/verify")
    assert not other["same"]
    record, _ = client.predict(key, api_name="/unteach")
    assert record == {"marks": 0}
    record, _ = client.predict(*HOPPERS, 0.6, "taught", key, api_name="/verify")
    assert not record["same"]


def test_refusals(client):
    with pytest.raises(AppError, match="nothing to undo"):
        client.predict(new_key(), api_name="/unteach")
    with pytest.raises(AppError, match="needs a gallery key"):
        client.predict(*HOPPERS, True, "", api_name="/teach")
    with pytest.raises(AppError, match="No face was found"):
        client.predict(example("coffee"), HOPPERS[1], True, new_key(), api_name="/teach")
