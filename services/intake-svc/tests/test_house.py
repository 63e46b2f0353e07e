"""Intake keeps the house's promises: every refusal has its page, a spec is kept as it was sent."""

from typing import Any

from chassis.http import undocumented_problems
from chassis.http.openapi import openapi
from intake_svc.app import SERVICE
from intake_svc.model.action_spec import ActionSpec
from intake_svc.model.request import Need
from intake_svc.rules.problems import PROBLEMS
from intake_svc.rules.request import MISSING


def test_every_refusal_has_its_page() -> None:
    assert undocumented_problems(SERVICE) == []
    assert set(MISSING) == set(Need)
    assert all(says.endswith(").") for says in PROBLEMS.values())


def test_every_operation_says_what_it_does() -> None:
    document = openapi(SERVICE)
    operations = [one for path in document["paths"].values() for one in path.values()]
    assert len(operations) == 86
    assert all(one["summary"] and one["operationId"].count("_") for one in operations)


def test_a_spec_is_kept_in_its_senders_own_spelling() -> None:
    spec: dict[str, Any] = {
        "kind": "checkuser",
        "emergency": False,
        "extraordinary": " As it was sent. ",
        "warning": "",
        "margin": "They stopped once before.",
        "instead_of": "event_ban",
        "smallest_measure": "A shorter one would not reach.",
        "term": "long_term",
        "accounts": [{"name": "example_troll", "wiki": "examplewiki"}, {"name": "Example troll"}],
        "addresses": ["2001:DB8::/32", "192.0.2.1"],
        "individual_id": "0190b5a0-0000-7000-8000-000000000001",
        "pages": [{"wiki": "examplewiki", "title": "Example", "revision_id": 7}],
        "scope": {
            "everywhere": False,
            "countries": ["DE"],
            "places": ["Berlin"],
            "projects": [],
            "events": ["con-2027"],
            "associated": True,
        },
        "grounds": ["other: as it was sent"],
        "tou_basis": "Section 4",
        "justification": {"why": "safety", "note": "Now."},
        "overrides_local": "A court's order.",
        "prior_warnings": ["https://example.org/a?b=%20"],
        "no_warning_reason": "Severe.",
        "starts_at": "2027-01-01T00:00:00.500+02:00",
        "expires_at": "2028-01-01T00:00:00Z",
        "irrevocable": True,
        "part_of": "0190b5a0-0000-7000-8000-000000000002",
        "escalates": ["0190b5a0-0000-7000-8000-000000000003"],
        "enforces": "0190b5a0-0000-7000-8000-000000000004",
        "checkuser": {"purpose": "threat", "pertinent": True, "no_other_way": "None.", "share": "withheld", "share_why": "Safety."},
        "rights": [{"wiki": "examplewiki", "group": "sysop"}],
        "no_rights_until": "2029-01-01T00:00:00Z",
        "reapply_criteria": ["A year of good standing."],
        "protection": {"level": "sysop", "template": "pp-office", "instructions": "Leave it."},
        "imposed_by": "foundation",
        "disclosure": "confidential",
        "disclosure_reason": "Safety.",
    }
    assert ActionSpec.model_validate(spec).as_sent() == spec
    assert set(spec) == set(ActionSpec.model_fields)
