"""Whom to ask about an action, and what is said while the others cannot be reached (R94); with them: `tests/journeys`."""

from pathlib import Path
from typing import Any

import pytest
from ban_svc.rules.contact import has_contacts
from kernel.cases import Case, load_cases


@pytest.mark.parametrize("case", load_cases(Path(__file__).parent / "cases" / "contacts.toml"), ids=str)
def test_rules(case: Case) -> None:
    assert [reason.code for reason in has_contacts(performed=case.given["performed"]).reasons] == case.expect["refused"]


async def contacts(office: Any, action: dict[str, Any], **options: Any) -> Any:
    options = {"role": "auditor", "reason": "a community asks", **options}
    return await office.desk.get(f"/bans/v1/actions/{action['id']}/contacts", **options)


async def test_without_the_directory_nobody_is_named_and_nothing_is_said_as_if(office: Any) -> None:
    assert office.codes(await contacts(office, await office.proposed())) == ["nobody_acted"]
    lost = await contacts(office, await office.enacted())
    assert (lost.status_code, lost.json()["type"]) == (503, "/problems/unavailable")
    assert "intake-svc keeps" in lost.json()["detail"]
    assert office.codes(await contacts(office, await office.enacted(), reason=None), 400) == ["access_reason_missing"]


async def test_who_enacted_a_measure_of_child_protection_is_the_named_group_s_to_know(office: Any) -> None:
    action = await office.proposed(office.spec("child_protection", emergency=True))
    assert (await office.enact(action, sub="eva")).status_code == 200
    assert office.codes(await contacts(office, action), 403) == ["not_in_named_group"]
    # Whoever may know is asked for further, and so is a service that writes to the parties.
    assert (await contacts(office, action, role=("auditor", "child_protection"))).status_code == 503
    assert (await contacts(office, action, role="service")).status_code == 503
