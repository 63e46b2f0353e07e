"""Every refusal has its page, and every operation its roles (DESIGN 5)."""

import re
from pathlib import Path

import kernel
from ban_svc.api import PROBLEMS
from ban_svc.app import SERVICE
from chassis.http import undocumented_problems, walk
from chassis.http.pages import OWN

RULES = Path(__file__).parents[1] / "src" / "ban_svc"
CODE = re.compile(r'(?:Reason|refuse)\(\s*"([a-z_0-9]+)"')


def test_every_code_that_these_rules_give_has_a_page_and_no_page_is_idle() -> None:
    ours = {code for file in RULES.rglob("*.py") for code in CODE.findall(file.read_text())}
    kernels = Path(kernel.__file__ or "").parent
    shared = {code for file in (kernels / "review").rglob("*.py") for code in CODE.findall(file.read_text())}
    addresses = set(CODE.findall((kernels / "addresses.py").read_text()))
    assert (ours | shared | addresses) - set(PROBLEMS) - set(OWN) == set()
    assert set(PROBLEMS) - ours - shared - addresses == set()
    assert undocumented_problems(SERVICE) == []


def test_every_operation_declares_who_may() -> None:
    operations = {(method, path): roles for method, path, roles in walk(SERVICE.routers, SERVICE.hot)}
    assert all(operations.values())
    assert len(operations) == 62
    assert operations["POST", "/bans/v1/actions/{action_id}/enactment"] == ("enforcer", "child_protection")
    assert operations["GET", "/bans/v1/check"] == ("tooling", "auditor", "event_steward")
