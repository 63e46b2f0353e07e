"""Every setting says what it is, in the code and in the operators' table; a secret is a file, never a value."""

from pathlib import Path

import pytest
from chassis.settings import Settings
from pydantic import ValidationError

OPERATIONS = Path(__file__).parents[4] / "docs" / "operations.md"


def test_every_setting_says_what_it_is() -> None:
    assert [name for name, field in Settings.model_fields.items() if not field.description] == []


def test_every_setting_stands_in_the_operators_table_with_its_default() -> None:
    rows = dict(line.split("|")[1:3] for line in OPERATIONS.read_text().splitlines() if line.startswith("| `OFFICE_"))
    told = {name.strip(" `"): default.strip(" `") for name, default in rows.items()}
    assert told.keys() >= {f"OFFICE_{name.upper()}" for name in Settings.model_fields}
    for name, field in Settings.model_fields.items():
        default = field.default
        wanted = "" if default in (None, "", ()) else str(default).lower() if isinstance(default, bool) else str(default)
        assert told[f"OFFICE_{name.upper()}"] == wanted, name


def test_no_setting_takes_a_secret_as_its_value() -> None:
    secret = [name for name in Settings.model_fields if any(word in name for word in ("password", "token", "secret", "key"))]
    assert {name: "file" in name or name == "secrets" for name in secret} == dict.fromkeys(secret, True)


@pytest.mark.parametrize(("name", "value"), [("PORT", "70000"), ("PORT", "http"), ("POOL_SIZE", "0"), ("KAFKA_SECURITY", "TLS")])
def test_a_setting_that_cannot_be_is_refused_at_the_start(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(f"OFFICE_{name}", value)
    with pytest.raises(ValidationError):
        Settings()
