"""Whatever is sent to any operation, no answer is a fault of ours, and every answer is one that the document tells of (DESIGN 5)."""

import asyncio
import itertools
from typing import Any

import pytest
import schemathesis
from chassis.http.openapi import openapi_of_all
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from office.services import load
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance, status_code_conformance

EXAMPLES = 25
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
SCHEMA = schemathesis.openapi.from_dict(openapi_of_all(load()))
OPERATIONS = {operation.label: operation for operation in (found.ok() for found in SCHEMA.get_all_operations() if isinstance(found, Ok))}
_keys = itertools.count(1)


@schemathesis.serializer("message/rfc822")
def as_mail(_context: Any, value: Any) -> bytes:
    """Send as a mail whatever comes to mind: any bytes may be one."""
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "replace")


def attempt(operation: Any, url: str, token: str, ids: dict[str, str]) -> None:
    """Call an operation with what its schema allows and with what it does not, about things that are there and things that are not."""
    known = [name for name in ids if f"{{{name}}}" in operation.path]
    either = st.one_of(*(operation.as_strategy(generation_mode=mode) for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)))

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        derandomize=True,
        phases=(Phase.explicit, Phase.generate),
        suppress_health_check=list(HealthCheck),
    )
    @given(case=either, there=st.sampled_from([True, True, False]))
    def call(case: Any, there: bool) -> None:
        if there:
            case.path_parameters.update({name: ids[name] for name in known})
        case.headers.update({"Authorization": f"Bearer {token}", "X-Access-Reason": "a test"})
        if case.method != "GET":
            case.headers["Idempotency-Key"] = f"any-input-{next(_keys)}"
        case.call_and_validate(base_url=url, checks=CHECKS)

    call()


@pytest.mark.parametrize("label", OPERATIONS)
async def test_every_answer_is_in_the_document(another_house: Any, other_matters: dict[str, str], label: str) -> None:
    operation = OPERATIONS[label]
    roles = operation.definition.raw["x-roles"]
    # A house served by this very loop is called from a thread, over its socket.
    await asyncio.to_thread(attempt, operation, another_house.url, another_house.desk.token(*roles[:1], sub=f"{roles[0]}-1"), other_matters)
