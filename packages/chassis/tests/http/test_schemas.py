"""Schemas are called by one short name each; two services that mean different things by a word are told apart."""

from typing import Any

import pytest
from chassis.http.schemas import REF, merged, shortened


def document(**schemas: Any) -> dict[str, Any]:
    names = {name.replace("_dash_", "-"): schema for name, schema in schemas.items()}
    uses = {f"/{name}": {"get": {"answer": {"$ref": REF + name}}} for name in names}
    return {"paths": uses, "components": {"schemas": names}}


def word(*values: str, says: str = "A word.") -> dict[str, Any]:
    return {"type": "string", "enum": list(values), "title": "Whatever", "description": says}


def answers(found: dict[str, Any]) -> dict[str, str]:
    return {path: methods["get"]["answer"]["$ref"] for path, methods in found["paths"].items()}


def test_a_schema_is_called_as_its_class_and_its_title_says_so() -> None:
    found = shortened(document(intake_svc__api__views__LetterView=word("a")))
    assert found["components"]["schemas"]["LetterView"]["title"] == "LetterView"
    assert answers(found) == {"/intake_svc__api__views__LetterView": f"{REF}LetterView"}


def test_two_classes_of_one_name_in_a_service_have_their_module_before_it() -> None:
    found = shortened(document(kernel__review__signature__Verdict=word("approve"), dmca_svc__model__reading__Verdict=word("curable")))
    assert set(found["components"]["schemas"]) == {"SignatureVerdict", "ReadingVerdict"}


def test_what_comes_in_is_a_form_where_what_goes_out_differs() -> None:
    found = shortened(
        document(Spec_dash_Input=word("a"), Spec_dash_Output=word("b"), Same_dash_Input=word("c"), Same_dash_Output=word("c"))
    )
    assert set(found["components"]["schemas"]) == {"SpecForm", "SpecView", "Same"}


def test_a_page_is_called_after_what_it_holds() -> None:
    page = {"properties": {"items": {"items": {"$ref": f"{REF}x_svc__Item"}}}}
    assert set(shortened(document(chassis__Page_Item___1=page, x_svc__Item=word("a")))["components"]["schemas"]) == {"ItemPage", "Item"}


def test_services_share_what_means_the_same_and_carry_their_name_where_it_does_not() -> None:
    one = document(Channel=word("mail"), Reason=word("a"), Holder={"properties": {"channel": {"$ref": f"{REF}Channel"}}})
    other = document(
        Channel=word("form"), Reason=word("a", says="In other words."), Holder={"properties": {"channel": {"$ref": f"{REF}Channel"}}}
    )
    found = merged({"intake": one, "appeals": {**other, "paths": {"/mine": {"get": {"answer": {"$ref": f"{REF}Channel"}}}}}})
    assert set(found["schemas"]) == {"IntakeChannel", "AppealsChannel", "Reason", "IntakeHolder", "AppealsHolder"}
    assert answers(found)["/mine"] == f"{REF}AppealsChannel"
    assert found["schemas"]["AppealsHolder"]["properties"]["channel"]["$ref"] == f"{REF}AppealsChannel"


def test_nothing_is_renamed_in_the_document_that_was_given() -> None:
    given = document(intake_svc__Word=word("a"))
    shortened(given)
    assert answers(given) == {"/intake_svc__Word": f"{REF}intake_svc__Word"}


def test_two_meanings_of_one_name_are_an_error_and_not_a_guess() -> None:
    with pytest.raises(ValueError, match="two schemas are called BanWord"):
        merged({"ban": document(Word=word("a"), BanWord=word("b")), "dmca": document(Word=word("c"))})
