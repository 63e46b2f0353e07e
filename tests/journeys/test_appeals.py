"""An appeal to its end: ratified, overturned, sent back and made harsher, refused by counsel; and who is told (R101-R108, D13)."""

from email import message_from_bytes
from email.policy import default
from typing import Any
from uuid import uuid4

import pytest
from office.demo import steps
from office.demo.stage import Answer, Stage

from tests.journeys.conftest import Town

REPLY = "The panel has looked at each step, and answers as it voted."
UNTIL = "2099-01-01T00:00:00Z"


def judge(number: int) -> str:
    return f"committee-{number}"


@pytest.fixture(scope="module")
async def chairs(town: Town) -> None:
    """Fill the committee's ten chairs."""
    stage = town.stage()
    for number in range(10):
        who = {"pseudonym": f"Reviewer {number}", "sub": judge(number), "name": f"Member Example {number}"}
        await stage.post("/appeals/v1/committee/members", "legal-2", who, want=201)


class Appealed:
    """A global ban in force, with its case, and an appeal of its subject that counsel has not seen yet."""

    def __init__(self, stage: Stage) -> None:
        self.stage, self.mark = stage, uuid4().hex[:8]
        self.user, self.number = f"Example Troll {self.mark}", uuid4().int % 1_000_000

    def spec(self, **more: Any) -> dict[str, Any]:
        return steps.ban_of(self.user, expires_at=UNTIL, **more)

    async def begin(self) -> None:
        request = await steps.open_case(self.stage, self.user, number=self.number)
        action = await steps.approve(self.stage, await steps.recommend(self.stage, request["case_id"], self.spec()))
        self.ban = f"/bans/v1/actions/{action['id']}"
        self.action: Answer = await self.stage.post(f"{self.ban}/enactment", "enforcer-1", {})
        await self.stage.advance("PT2M")
        filed = await self.file()
        assert filed["state"] == "with_counsel", filed
        self.path, self.id = f"/appeals/v1/appeals/{filed['id']}", filed["id"]

    async def file(self) -> Answer:
        form = {
            "decision": {"kind": "action", "id": self.action["id"]},
            "appellant": {"role": "subject", "wiki_user": self.user, "verified": {"how": "confirmed on the talk page of the account"}},
            "reasons": "I was asleep that week; somebody else used my account.",
            "channel": "mail",
        }
        return await self.stage.post("/appeals/v1/appeals", "requester_desk-1", form, want=201)

    async def counsel(self, verdict: str) -> Answer:
        return await self.stage.post(f"{self.path}/counsel", "legal-2", {"verdict": verdict, "note": "Read in full."})

    async def judged(self, vote: str) -> Answer:
        """Let counsel pass it, five be drawn and cleared, vote, and the facilitator answer."""
        accepted = await self.counsel("approve")
        assert accepted["clock"]["state"] == "running"
        await self.stage.post(f"{self.path}/panel", "facilitator-1", {})
        seats = (await self.stage.get(f"{self.path}/panel", "facilitator-1"))["seats"]
        cleared = [{"seat": one["seat"], "verdict": "clear", "why": "Knows nobody in the case."} for one in seats]
        await self.stage.post(f"{self.path}/panel/clearance", "legal-2", {"seats": cleared})
        drawn = [judge(int(one["pseudonym"].rpartition(" ")[2])) for one in seats]
        assert len(drawn) == 5
        for member in drawn:
            shown = await self.stage.get(f"{self.path}/panel", "facilitator-1")
            assert "computed" not in shown, "the votes are secret until the last"
            await self.stage.post(f"{self.path}/votes", member, {"vote": vote, "note": "As the record shows."})
        await self.stage.refused(f"{self.path}/votes", drawn[0], {"vote": vote, "note": "Again."}, cite="D13")
        answered = await self.stage.post(f"{self.path}/outcome", "facilitator-1", {"reply": REPLY})
        assert answered["clock"]["state"] == "stopped"
        return answered

    async def timeline(self) -> list[str]:
        shown = await self.stage.get(f"{self.ban}/timeline", "auditor-1", reason="checking")
        return [one["what"] for one in shown["items"]]

    async def seen(self, what: str) -> None:
        async def there() -> bool:
            return what in await self.timeline()

        await self.stage.until(there, f"{what} in the timeline of the action")

    async def told(self, *templates: str) -> None:
        """Want these letters about the appeal, each once, all to the appellant, and their text to nobody else."""
        await self.stage.advance("PT2M")

        async def settled() -> list[Answer]:
            found = await self.stage.get(f"/notify/v1/notifications?about={self.id}&limit=200", "auditor-1", reason="checking")
            sent: list[Answer] = [one for one in found["items"] if one["state"] == "delivered" and one["channel"] != "staff"]
            return sent if {one["template"] for one in sent} >= set(templates) else []

        letters = await self.stage.until(settled, f"the letters {templates}")
        assert sorted((one["template"], one["party"]) for one in letters) == sorted((name, "subject") for name in templates)
        mail = [message_from_bytes(file.read_bytes(), policy=default) for file in self.stage.letters()]
        readers = [str(one["To"]) for one in mail if self.id in one.as_string() and "appeal" in str(one["Subject"]).lower()]
        assert [to for to in readers if f"ada{self.number}@" in to] == [], "who asked for the case learns nothing of the appeal"
        assert len([to for to in readers if self.user in to]) == len(templates)

    async def said(self, town: Town) -> list[str]:
        """Give the changes of the appeal as the bus was told of them, in the order of their versions."""
        rows = await town.sql(
            "SELECT version, convert_from(payload, 'UTF8')::jsonb->>'appeal_change_kind' AS kind FROM appeals.outbox "
            "WHERE key::jsonb->>'appeal_id' = $1 ORDER BY version",
            self.id,
        )
        assert [row["version"] for row in rows] == list(range(1, len(rows) + 1))
        return [row["kind"] for row in rows]


@pytest.fixture
async def appealed(stage: Stage, chairs: None) -> Appealed:
    appealed = Appealed(stage)
    await appealed.begin()
    return appealed


def nothing_is_broken(town: Town) -> None:
    """Ask the invariants of all five services and their chains."""
    checked = town.office("check")
    assert checked.returncode == 0, checked.stdout + checked.stderr


TO_THE_END = ["filed", "accepted", "panel_seated", *["voted"] * 5, "decided"]


async def test_ratified_the_ban_stands_and_nothing_is_late(town: Town, stage: Stage, appealed: Appealed) -> None:
    assert (await appealed.judged("ratify"))["outcome"] == "ratified"
    await appealed.seen("appeal_ratified")
    assert (await steps.check(stage, appealed.user))["banned"]
    await appealed.told("appeal_filed", "appeal_accepted", "appeal_decided")
    await stage.advance("P30D")
    after = await stage.get(appealed.path, "auditor-1")
    assert after["clock"]["state"] == "stopped"
    assert await appealed.said(town) == TO_THE_END
    again = await appealed.file()
    assert [one["code"] for one in again["eligibility"]["reasons"]] == ["already_appealed"]
    nothing_is_broken(town)


async def test_overturned_the_check_lets_the_person_in(town: Town, stage: Stage, appealed: Appealed) -> None:
    assert (await steps.check(stage, appealed.user))["banned"]
    assert (await appealed.judged("overturn"))["outcome"] == "overturned"

    async def free() -> bool:
        return not (await steps.check(stage, appealed.user))["banned"]

    await stage.until(free, "the check's no", within=5.0)
    after = await stage.get(appealed.ban, "auditor-1", reason="checking")
    assert after["state"] == "overturned"
    # What the panel did reaches the check by the bus alone: both moments are on record.
    rows = await town.sql(
        "SELECT extract(epoch FROM a.ended_at - p.decided_at)::float8 AS took "
        "FROM ban.action a JOIN appeals.appeal p ON p.decision_id = a.id WHERE p.id = $1::uuid",
        appealed.id,
    )
    assert 0 <= rows[0]["took"] < 1.0, "from the outcome to the end of the ban"
    await appealed.told("appeal_filed", "appeal_accepted", "appeal_decided")
    assert await appealed.said(town) == TO_THE_END
    nothing_is_broken(town)


async def test_sent_back_it_is_signed_anew_made_harsher_and_can_be_appealed_again(town: Town, stage: Stage, appealed: Appealed) -> None:
    assert (await appealed.judged("remand"))["outcome"] == "remanded"
    await appealed.seen("appeal_remanded")
    assert (await steps.check(stage, appealed.user))["banned"], "an appeal suspends nothing, and neither does its remand"
    harsher = {name: value for name, value in appealed.spec().items() if name != "expires_at"}
    form = {"spec": harsher, "nature": "substantial_atypical", "note": "Looked at again after the appeal: it went on."}
    changed = await stage.post(f"{appealed.ban}/modifications", "evaluator-1", form, reason="remanded")
    await stage.refused(f"{appealed.ban}/enactment", "enforcer-1", {}, cite="R20")
    review = changed["modification"]["review"]
    for level in steps.LEVELS:
        await steps.sign(stage, appealed.action, level, digest=review["digest"])
    enacted = await stage.post(f"{appealed.ban}/enactment", "enforcer-1", {})
    assert (enacted["state"], enacted.get("expires_at")) == ("enacted", None)
    await appealed.told("appeal_filed", "appeal_accepted", "appeal_decided")
    assert await appealed.said(town) == TO_THE_END
    assert (await appealed.file())["state"] == "with_counsel", "a harsher outcome of a remand is an issuance of its own"
    nothing_is_broken(town)


async def test_refused_by_counsel_and_no_panel_sits(town: Town, stage: Stage, appealed: Appealed) -> None:
    body = {"verdict": "approve", "note": "Read in full."}
    await stage.refused(f"{appealed.path}/counsel", "legal-1", body, cite="D13")
    refused = await appealed.counsel("refuse")
    assert (refused["state"], "clock" in refused) == ("refused_by_counsel", False)
    await stage.refused(f"{appealed.path}/panel", "facilitator-1", {}, cite="R104")
    assert (await steps.check(stage, appealed.user))["banned"]
    await appealed.told("appeal_filed", "appeal_refused")
    assert await appealed.said(town) == ["filed", "refused_by_counsel"]
    nothing_is_broken(town)
