"""Bad input to every operation of every service: the right status, a sentence to act on, nothing written, nothing echoed (DESIGN 5)."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from kernel.actor import Role

MARKER = "zebra-crossing"
M = MARKER.encode()

UNREADABLE: dict[str, bytes] = {
    "broken JSON": b'{"note": "' + M,
    "nothing but a bracket": b"{",
    "not UTF-8": b'{"note": "' + M + b'\xff"}',
    "UTF-16": ('{"note": "' + MARKER + '"}').encode("utf-16"),
    "a lone surrogate": b'{"note": "' + M + b'\\ud800"}',
    "a lone surrogate as a name": b'{"\\udfff' + M + b'": 1}',
    "U+0000 escaped": b'{"note": "' + M + b'\\u0000"}',
    "U+0000 bare": b'{"note": "' + M + b'\x00"}',
    "nested 100,000 deep": b'{"note":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "nested 100 deep": b'{"note":' + b"[" * 100 + b'"' + M + b'"' + b"]" * 100 + b"}",
    "NaN": b'{"' + M + b'": NaN}',
    "a list": b'["' + M + b'"]',
    "a number": b"7",
    "null": b"null",
    "a text": b'"' + M + b'"',
    "a field nobody knows": b'{"' + M + b'": "' + M + b'"}',
}
HUGE = b'{"note": "' + M * 750_000 + b'"}'

CONTROL = {
    "a bell": "Ada\u0007 ",
    "an escape": "Ada\u001b[31m ",
    "a line break": "Ada\n",
    "a delete": "Ada\u007f ",
    "a C1 control": "Ada\u0085 ",
}
BIDI = {"an isolate": "Ada \u2066", "the end of an isolate": "Ada \u2069", "an Arabic letter mark": "Ada\u061c "}
DROPPED = {"an override": "\u202e", "an embedding": "\u202a", "a mark from right to left": "\u200f", "a mark from left to right": "\u200e"}
NAMES = {"name", "wiki_user", "user", "email"}


@pytest.mark.parametrize("body", UNREADABLE.values(), ids=UNREADABLE.keys())
async def test_a_body_that_cannot_be_read_is_422_everywhere(hostile: Any, body: bytes) -> None:
    await hostile.each(((one.operation.name, lambda one=one: hostile.call(one.operation, content=body)) for one in hostile.writes()), {422})


async def test_a_field_of_ten_megabytes_is_413_everywhere(hostile: Any) -> None:
    assert len(HUGE) > 10 << 20
    await hostile.each(((one.operation.name, lambda one=one: hostile.call(one.operation, content=HUGE)) for one in hostile.writes()), {413})


async def test_a_body_over_the_limit_is_413_while_it_streams(hostile: Any) -> None:
    async def stream() -> Any:
        for start in range(0, len(HUGE), 65536):
            yield HUGE[start : start + 65536]

    await hostile.each(
        ((one.operation.name, lambda one=one: hostile.call(one.operation, content=stream())) for one in hostile.writes()), {413}
    )


async def test_a_parameter_that_nobody_knows_is_422_everywhere(hostile: Any) -> None:
    def calls() -> Iterator[Any]:
        for operation in hostile.house.operations:
            yield operation.name, lambda operation=operation: hostile.call(operation, params={MARKER: MARKER})
            yield operation.name, lambda operation=operation: hostile.call(operation, params={"limit": MARKER, "offset": "1"})

    await hostile.each(calls(), {422})


async def test_an_id_that_is_none_is_422_and_one_that_nobody_has_404(hostile: Any) -> None:
    # Every variable part of a path is an id, but for the half-year of the figures and the `sub` of a token, which is any one word.
    others = ("{period}", "{sub}")
    with_ids = [one for one in hostile.house.operations if "{" in one.path and not any(name in one.path for name in others)]
    sound = {one.operation.name: one.sound() for one in hostile.writes()}

    def spoilt(identity: str) -> Iterator[Any]:
        for operation in with_ids:
            names = [part[1:-1] for part in operation.path.split("/") if part.startswith("{")]
            url = operation.url(**dict.fromkeys(names, identity))
            body = sound.get(operation.name, {})
            yield operation.name, lambda operation=operation, url=url, body=body: hostile.call(operation, url=url, **body)

    for none in (MARKER, "7", "%00", "%ff", "00000000-0000-0000-0000-00000000000g"):
        await hostile.each(spoilt(none), {422})
    await hostile.each(spoilt("01890a5d-ac96-774b-bcce-b302099a8057"), {404})


def test_every_operation_with_a_body_has_an_example_to_spoil(hostile: Any) -> None:
    assert [one.operation.name for one in hostile.writes() if one.schema.get("properties") and one.example is None] == []


async def test_a_field_of_the_wrong_kind_is_422_and_its_value_is_not_repeated(hostile: Any) -> None:
    def calls() -> Iterator[Any]:
        for one in hostile.writes():
            for name, said in one.schema.get("properties", {}).items():
                schema = hostile.resolved(said)
                values: list[Any] = [{MARKER: [MARKER]}]
                if schema.get("type") != "string" or "enum" in schema or "const" in schema or schema.get("format"):
                    values.append(MARKER)
                if schema.get("type") not in ("integer", "number"):
                    values.append(7)
                if schema.get("type") == "string":
                    values.append(MARKER * 72_000)
                for value in values:
                    body = {**(one.example or {}), name: value}
                    yield (
                        f"{one.operation.name} {name}={str(value)[:30]}",
                        lambda one=one, body=body: hostile.call(one.operation, json=body),
                    )

    await hostile.each(calls(), {422})


async def test_a_field_that_is_missing_or_unknown_is_422(hostile: Any) -> None:
    def calls() -> Iterator[Any]:
        for one in hostile.writes():
            if not one.example:
                continue
            yield one.operation.name, lambda one=one: hostile.call(one.operation, json={**one.example, MARKER: 1})
            for name in one.schema.get("required", ()):
                body = {key: value for key, value in one.example.items() if key != name}
                yield f"{one.operation.name} without {name}", lambda one=one, body=body: hostile.call(one.operation, json=body)

    await hostile.each(calls(), {422})


def renamed(value: Any, name: str) -> Iterator[Any]:
    """Give the body once for each place that holds a person's name, with this name there instead."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if key in NAMES and isinstance(inner, str):
                yield {**value, key: name}
            else:
                yield from ({**value, key: changed} for changed in renamed(inner, name))
    elif isinstance(value, list):
        for place, inner in enumerate(value):
            yield from ([*value[:place], changed, *value[place + 1 :]] for changed in renamed(inner, name))


@pytest.mark.parametrize("trick", (CONTROL | BIDI).values(), ids=(CONTROL | BIDI).keys())
async def test_a_name_with_a_trick_in_it_is_refused_wherever_a_name_is_taken(hostile: Any, trick: str) -> None:
    """What is no account is malformed; an account's name may be refused by the rule of names instead (D23).

    Services that ask one another about a name that nobody can have may hear that it is nobody's.
    """
    # Many requests at once are answered one by one: the rows are spoilt in intake-svc's own tests.
    taken = [one for one in hostile.writes() if one.operation.roles != (Role.SERVICE,) and not one.operation.path.endswith("/bulk")]
    bodies = [(one, body) for one in taken for body in renamed(one.example, trick + MARKER)]
    assert len(bodies) >= 5
    calls: list[tuple[str, Any]] = [
        (f"{one.operation.name} {json.dumps(body)[:200]}", lambda one=one, body=body: hostile.call(one.operation, json=body))
        for one, body in bodies
    ]
    asks = next(operation for operation in hostile.house.operations if operation.name == "GET /bans/v1/check")
    calls.append((asks.name, lambda: hostile.call(asks, params={"user": trick + MARKER})))
    await hostile.each(calls, {422, 409})


@pytest.mark.parametrize("mark", DROPPED.values(), ids=DROPPED.keys())
async def test_a_mark_that_mediawiki_drops_hides_nobody(hostile: Any, mark: str) -> None:
    """MediaWiki leaves these out of a name, so the account behind the mark is the one that is banned (D23)."""
    name = "Example Troll 9"
    asks = next(operation for operation in hostile.house.operations if operation.name == "GET /bans/v1/check")
    for shown in (f"{mark}{name}", f"{name}{mark}", name.replace(" ", f" {mark}")):
        answer = await hostile.call(asks, params={"user": shown})
        assert (answer.status_code, answer.json()["banned"]) == (200, True)


@pytest.mark.parametrize("mark", (BIDI | DROPPED).values(), ids=(BIDI | DROPPED).keys())
async def test_a_persons_own_name_bends_no_line(hostile: Any, mark: str) -> None:
    """What is read as it was written, and compared with nothing, takes no mark at all."""
    filing = next(one for one in hostile.writes() if one.operation.name == "POST /intake/v1/requests")
    appeal = next(one for one in hostile.writes() if one.operation.name == "POST /appeals/v1/appeals")
    requester = {**filing.example["requester"], "name": f"Ada {mark}{MARKER}"}
    appellant = {**appeal.example["appellant"], "name": f"Ada {mark}{MARKER}"}
    calls = [
        ("a request", lambda: hostile.call(filing.operation, json={**filing.example, "requester": requester})),
        ("an appeal", lambda: hostile.call(appeal.operation, json={**appeal.example, "appellant": appellant})),
    ]
    await hostile.each(calls, {422})


async def test_a_moment_that_has_not_come_is_no_receipt(hostile: Any) -> None:
    """Nothing was received, and nobody informed, tomorrow: windows and deadlines would count from it."""
    later = "2098-12-31T00:00:00Z"
    notice = {"text": "I own the photograph.", "channel": "legal", "received_at": later, "evidence": f"Seen by {MARKER}."}
    decision = {"kind": "action", "id": hostile.matters["action_id"]}
    appellant = {"role": "subject", "wiki_user": "Example Troll 9", "verified": {"how": "confirmed"}}
    appeal = {"decision": decision, "appellant": appellant, "reasons": "No.", "channel": "mail", "claimed_informed_at": later}
    by_name = {operation.name: operation for operation in hostile.house.operations}
    calls = [
        ("a notice", lambda: hostile.call(by_name["POST /dmca/v1/notices"], role="legal", json=notice)),
        ("an appeal", lambda: hostile.call(by_name["POST /appeals/v1/appeals"], json=appeal)),
    ]
    await hostile.each(calls, {409, 422})
