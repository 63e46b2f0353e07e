"""Journey 1: a notice under the DMCA, taken down, countered, and put back when the law allows it; a second one that a court holds."""

from datetime import datetime, timedelta
from importlib.resources import files

from chassis.edge import new_id
from kernel.workdays import add_business_days, calendar_day, start_of_day

from office.demo.stage import Answer, JourneyFailed, Stage

NOTICE_ELEMENTS = ("signature", "work", "material", "contact", "good_faith", "accuracy_authority")
COUNTER_ELEMENTS = ("signature", "material", "good_faith_mistake", "contact", "jurisdiction_service")
PICTURE = "Harbour at Dawn"
REASON = "handling a copyright notice"


def picture() -> str:
    """Name a picture that no letter has spoken of yet: the same letter twice would be one matter."""
    return f"{PICTURE} {new_id().hex[-6:]}"


def page_of(name: str) -> dict[str, str]:
    """Give the page of a picture."""
    return {"wiki": "commonswiki", "title": f"File:{name}.jpg"}


def letter(kind: str, name: str) -> str:
    """Give one of the project's own example letters, about this picture."""
    text = files("office.demo").joinpath("letters", f"{kind}.txt").read_text(encoding="utf-8")
    return text.replace(PICTURE, name).replace(PICTURE.replace(" ", "_"), name.replace(" ", "_"))


async def play(stage: Stage) -> Answer:
    """Play it and tell it; give the notice that went all the way."""
    stage.say("A NOTICE. A photographer writes to legal@: her picture is on Commons without her leave.")
    first, second = picture(), picture()
    notice = await put_back(stage, await take_down(stage, first), first)
    stage.say("A SECOND NOTICE. This time the complainant goes to court.")
    await held_by_court(stage, await take_down(stage, second, tell=False), second)
    return notice


async def take_down(stage: Stage, name: str, *, tell: bool = True) -> Answer:
    """Bring a notice about a picture from the letter to the takedown; gives it as taken down."""
    say, page = stage.say if tell else _nothing, page_of(name)
    notice = await stage.post("/dmca/v1/notices", "requester_desk-1", letter("notice", name), want=201)
    path = f"/dmca/v1/notices/{notice['id']}"
    reading = notice["reading"]
    say(f"  dmca-svc read it as a {reading['document']}: {reading['verdict']} (17 U.S.C. 512(c)(3)(A)).")
    judged = {"elements": dict.fromkeys(NOTICE_ELEMENTS, True), "pages": [page], "note": "Each element is in the letter."}
    await stage.post(f"{path}/assessment", "evaluator-1", judged)
    recommended = {"course": "take_down", "grounds": [], "note": "No licence, no exception applies."}
    notice = await stage.post(f"{path}/recommendation", "evaluator-1", recommended)
    say("  A person judged every element and recommended to take it down. The enforcer tries before Legal has signed:")
    if tell:
        await stage.refused(f"{path}/takedown", "enforcer-1", {}, cite="R40")
    for level in ("team_peer", "team_manager", "legal"):
        body = {"level": level, "verdict": "approve", "digest": notice["review"]["digest"], "note": "It complies."}
        notice = await stage.post(f"{path}/reviews", f"{level}-1", body)
    say(f"  Peer, manager and Legal signed in turn (R40, R42): {notice['state']}.")
    await stage.post(f"{path}/takedown", "enforcer-1", {})
    notice = await stage.post(f"{path}/receipts", "enforcer-1", {"page": page, "log_id": 4711})
    if notice["state"] != "taken_down":
        raise JourneyFailed(f"with its last receipt the notice is {notice['state']}")
    say("  The staff account removed the page and entered the log id: taken down (R42).")

    async def announced() -> list[Answer]:
        found = await stage.get(f"/notify/v1/notifications?about={notice['id']}", "communications-1")
        return [one for one in found["items"] if one["party"] == "community"]

    queued = await stage.until(announced, "the announcement to the community")
    say(f"  {len(queued)} announcements to the community are queued, each published by hand with a receipt (R43).")
    return notice


async def counter(stage: Stage, notice: Answer, name: str) -> Answer:
    """Hand in a counter-notice and accept it; gives it with its window."""
    path = f"/dmca/v1/notices/{notice['id']}/counter-notices"
    given = await stage.post(path, "requester_desk-1", letter("counter_notice", name), want=201)
    judged = {
        "elements": dict.fromkeys(COUNTER_ELEMENTS, True),
        "pages": [page_of(name)],
        "subscriber_verified": {"how": "answered from the confirmed address of the account"},
        "note": "Complete; the account is the uploader's.",
    }
    return await stage.post(f"{path}/{given['id']}/assessment", "evaluator-1", judged)


async def put_back(stage: Stage, notice: Answer, name: str) -> Answer:
    """Counter, wait for the window, restore; gives the restored notice."""
    path = f"/dmca/v1/notices/{notice['id']}"
    given = await counter(stage, notice, name)
    window = given["window"]
    stage.say(f"  The uploader handed in a counter-notice. Counted from the agent's receipt, the window opens {window['opens']} (D10).")

    async def copied() -> list[Answer]:
        found = await stage.get(f"/notify/v1/notifications?about={notice['id']}", "communications-1")
        return [one for one in found["items"] if one["template"] == "counter_notice_copy"]

    await stage.until(copied, "the copy to the complainant")
    stage.say("  The complainant gets a copy and is told when the material returns (512(g)(2)(B)).")
    stage.say("  The enforcer tries at once:")
    await stage.refused(f"{path}/restoration", "enforcer-1", {"counter_notice_id": given["id"]}, cite="512(g)")
    received = datetime.fromisoformat(given["received_at"])
    await to_business_day(stage, received, 10)
    stage.say("  The clock moved to the tenth business day. Without Legal's signature the enforcer still may not:")
    await stage.refused(f"{path}/restoration", "enforcer-1", {"counter_notice_id": given["id"]}, cite="D10")
    await to_business_day(stage, received, 11)
    await stage.post(f"{path}/restoration", "enforcer-1", {"counter_notice_id": given["id"]})
    notice = await stage.post(f"{path}/receipts", "enforcer-1", {"page": page_of(name), "log_id": 4712})
    if notice["state"] != "restored":
        raise JourneyFailed(f"with its last receipt the notice is {notice['state']}")
    stage.say("  On the eleventh the enforcer restored it and entered the log id: restored (512(g)(2)(C)).")
    return notice


async def held_by_court(stage: Stage, notice: Answer, name: str) -> Answer:
    """Counter, let the complainant sue, and show that the material stays down."""
    path = f"/dmca/v1/notices/{notice['id']}"
    given = await counter(stage, notice, name)
    received = datetime.fromisoformat(given["received_at"])
    await to_business_day(stage, received, 13)
    now = (await stage.advance("PT0S"))["law"]
    told = {"forum": "court", "from": "complainant", "pages": [page_of(name)], "received_at": now, "court": "A district court"}
    action = await stage.post(f"{path}/court-actions", "legal-1", told)
    stage.say(f"  On day 13 the agent hears that the complainant sued: {'held' if action['held'] else 'not held'} (512(g)(2)(C)).")
    stage.say("  The enforcer tries all the same:")
    await stage.refused(f"{path}/restoration", "enforcer-1", {"counter_notice_id": given["id"]}, cite="512(g)")
    await to_business_day(stage, received, 20)
    notice = await stage.get(path, "auditor-1", reason=REASON)
    if notice["state"] != "held" or any(one["state"] != "removed" for one in notice["pages"]):
        raise JourneyFailed(f"after the court action the notice is {notice['state']}")
    stage.say("  A week later it is still down: Legal decides when the action ends.")
    return notice


async def to_business_day(stage: Stage, received: datetime, day: int) -> None:
    """Move the law's clock to nine in the morning of the n-th business day after a receipt."""
    now = datetime.fromisoformat((await stage.advance("PT0S"))["law"])
    wanted = start_of_day(add_business_days(calendar_day(received), day)) + timedelta(hours=9)
    if wanted > now:
        await stage.advance(f"PT{int((wanted - now).total_seconds()) + 1}S")


def _nothing(_sentence: str) -> None:
    """Tell nothing."""
