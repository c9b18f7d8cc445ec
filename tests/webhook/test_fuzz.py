"""Damaged reviews: each gets an answer, and the server is as it was before. benchmarks/webhook/fuzz.py sends more."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.webhook import serving
from tests.webhook.mutants import mutants
from tests.webhook.serving import JSON, pod, review


@pytest.mark.timeout(60)
def test_no_damage_leads_to_a_bug(tmp_path: Path) -> None:
    asked = review(pod(annotations={"file-prefetcher.fluid.io/inject": "true", "file-prefetcher.fluid.io/image": "x"}))
    with serving.serving(tmp_path) as served:
        connection = served.connect()
        statuses = set()
        for body in mutants(asked, 1500):
            connection.request("POST", "/mutate", body, JSON)
            answer = connection.getresponse()
            said = answer.read()
            assert answer.status in (200, 400), (answer.status, said, body)
            assert b"Traceback" not in said
            if answer.status == 200:
                assert isinstance(json.loads(said)["response"]["allowed"], bool)
            statuses.add(answer.status)
        connection.close()
        assert statuses == {200, 400}
        assert served.response(review())["allowed"] is True
        assert not any("Bug" in line for line in served.said)
