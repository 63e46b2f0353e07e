"""The steps that every journey is made of, as the people of the house would take them over HTTP."""

from typing import Any

from office.demo.stage import Answer, Stage

LEVELS = ("team_peer", "team_manager", "director", "chief", "legal", "communications", "executive_director")


def request_for(user: str, *, kind: str = "global_ban", channel: str = "ca", number: int = 1) -> dict[str, Any]:
    """Write a complete request about a made-up account."""
    return {
        "kind": kind,
        "channel": channel,
        "summary": f"The account {user} follows contributors from project to project and insults them.",
        "requester": {
            "name": "Ada Example",
            "email": f"ada{number}@example.org",
            "wiki_user": f"Ada Example {number}",
            "standing_as": "community",
        },
        "subjects": [{"user": user}],
        "grounds": ["harassment_multiple_projects"],
        "local_attempts": [{"url": "https://example.wiki/wiki/Noticeboard#Ada", "what": "Two noticeboards blocked it; it came back."}],
        "evidence": [{"url": "https://example.wiki/wiki/Special:Diff/1001"}],
    }


def ban_of(user: str, **more: Any) -> dict[str, Any]:
    """Write what an evaluator would propose."""
    return {
        "kind": "global_ban",
        "accounts": [{"name": user}],
        "grounds": ["harassment_multiple_projects"],
        "tou_basis": "Terms of Use, section 4: harassing and abusing others",
        "justification": {"why": "insufficient", "note": "Two communities acted, and neither reaches beyond its own project."},
        "prior_warnings": ["https://example.wiki/wiki/User_talk:Warned#Warning"],
        "disclosure": "public",
        "disclosure_reason": "Communities must know whom they may not admit.",
        **more,
    }


async def open_case(stage: Stage, user: str, *, number: int = 1) -> Answer:
    """File a request and give the case that it opens."""
    return await stage.post("/intake/v1/requests", "requester_desk-1", request_for(user, number=number), want=201)


async def recommend(stage: Stage, case_id: str, spec: dict[str, Any], *, evaluator: str = "evaluator-1") -> Answer:
    """Take the case on, recommend the action, and give the action that ban-svc makes of the event."""
    await stage.post(f"/intake/v1/cases/{case_id}/assignment", evaluator, {"assignee": evaluator})
    form = {"course": "act", "rationale": "Local governance was tried twice and does not reach far enough.", "action": spec}
    await stage.post(f"/intake/v1/cases/{case_id}/recommendations", evaluator, form, want=201)

    async def made() -> Answer | None:
        found = await stage.get(f"/bans/v1/actions?case_id={case_id}", "auditor-1", reason="following a case")
        return found["items"][-1] if found["items"] else None

    action: Answer = await stage.until(made, "the action that the recommendation brings about")
    return action


async def sign(
    stage: Stage, action: Answer, level: str, *, person: str | None = None, verdict: str = "approve", digest: str | None = None
) -> Answer:
    """Review an action at one level; gives the action after it."""
    body = {
        "level": level,
        "verdict": verdict,
        "digest": digest or action["review"]["digest"],
        "note": "Read in full; the record bears it out.",
    }
    return await stage.post(f"/bans/v1/actions/{action['id']}/reviews", person or f"{level}-1", body, roles=(level,), reason="signing")


async def approve(stage: Stage, action: Answer) -> Answer:
    """Let every level sign in turn."""
    for level in LEVELS:
        action = await sign(stage, action, level)
    return action


async def check(stage: Stage, user: str, *, person: str = "tooling-1") -> Answer:
    """Ask what other tooling asks."""
    return await stage.get(f"/bans/v1/check?user={user.replace(' ', '%20')}", person)
