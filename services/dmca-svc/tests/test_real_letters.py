"""Every one of the 303 published letters is taken in over HTTP: none is an error, each has a document and a reading (journey 1)."""

from pathlib import Path
from typing import Any

import pytest

LETTERS = Path(__file__).parents[3].parent / "shared" / "data" / "dmca"


@pytest.mark.skipif(not LETTERS.is_dir(), reason="the published letters (../shared/data/dmca) are not here")
async def test_each_published_letter_is_taken_in_and_read(office: Any) -> None:
    letters = sorted(LETTERS.glob("*/*.md"))
    assert len(letters) == 303
    documents: dict[str, int] = {}
    for letter in letters:
        answer = await office.desk.call(
            "POST", "/dmca/v1/notices", role="requester_desk", content=letter.read_bytes(), headers={"Content-Type": "text/plain"}
        )
        assert answer.status_code == 201, f"{letter.name}: {answer.text}"
        reading = answer.json()["reading"]
        assert "reading_failed" not in answer.json(), letter.name
        assert set(reading) == {"document", "elements", "urls", "pages", "contact", "missing", "verdict", "confidence"}
        documents[reading["document"]] = documents.get(reading["document"], 0) + 1
    assert documents["notice"] > 200
    assert documents["counter_notice"] > 40
