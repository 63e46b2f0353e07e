"""A sealed text shows nothing, goes nowhere, and opens for its key and place alone."""

import copy
import json
import pickle
import secrets

import pytest
from chassis.crypto import DataKey, Sealed, SealedText, Unopenable
from chassis.edge import new_id
from pydantic import BaseModel
from sqlalchemy.dialects import postgresql

WORDS = "the words of a made-up case"


class View(BaseModel):
    """An answer that was built without revealing."""

    text: Sealed


@pytest.fixture
def key() -> DataKey:
    return DataKey(new_id(), secrets.token_bytes(32))


def test_it_opens_for_its_key_and_place_alone(key: DataKey) -> None:
    sealed = key.seal(WORDS, place="matter.summary")
    assert sealed.key_id == key.id
    assert key._open(sealed, "matter.summary") == WORDS
    with pytest.raises(Unopenable):
        key._open(sealed, "matter.title")
    with pytest.raises(Unopenable):
        DataKey(new_id(), secrets.token_bytes(32))._open(sealed, "matter.summary")


def test_a_ciphertext_moved_under_another_id_does_not_open() -> None:
    material = secrets.token_bytes(32)
    first, second = DataKey(new_id(), material), DataKey(new_id(), material)
    blob = first.seal(WORDS, place="matter.summary").blob
    moved = Sealed(blob[:1] + second.id.bytes + blob[17:])
    with pytest.raises(Unopenable):
        second._open(moved, "matter.summary")


def test_nothing_that_leaves_shows_the_words_or_the_key(key: DataKey) -> None:
    sealed = key.seal(WORDS, place="matter.summary")
    for shown in (repr(sealed), str(sealed), f"{sealed}", repr(key), str(View(text=sealed)), repr(View(text=sealed).model_dump())):
        assert WORDS not in shown
        assert sealed.blob.hex()[-32:] not in shown
    for value in (sealed, key):
        with pytest.raises(TypeError):
            pickle.dumps(value)
        with pytest.raises(TypeError):
            json.dumps(value)
    with pytest.raises(Exception, match="no JSON"):
        View(text=sealed).model_dump_json()
    with pytest.raises(Exception, match="no JSON"):
        View(text=sealed).model_dump(mode="json")


def test_the_column_takes_sealed_texts_alone(key: DataKey) -> None:
    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]  # SQLAlchemy leaves it untyped
    column, sealed = SealedText(), key.seal(WORDS, place="matter.summary")
    stored = column.process_bind_param(sealed, dialect)
    assert column.process_result_value(stored, dialect) == sealed
    assert column.process_bind_param(None, dialect) is None
    for plain in (WORDS, WORDS.encode()):
        with pytest.raises(TypeError):
            column.process_bind_param(plain, dialect)
    with pytest.raises(Unopenable):
        Sealed(WORDS.encode())


def test_a_copy_of_a_row_keeps_its_sealed_text(key: DataKey) -> None:
    sealed = key.seal(WORDS, place="matter.summary")
    assert copy.deepcopy({"text": sealed}) == {"text": sealed}
