"""Journey 2: a global ban, from the request to the check, the letters and the appeals."""

from office.demo import steps
from office.demo.stage import Answer, JourneyFailed, Stage

USER = "Example Troll 7"


async def play(stage: Stage, user: str = USER) -> Answer:
    """Play it and tell it; give the enacted action."""
    stage.say(f"A GLOBAL BAN. Ada asks the Foundation to act against User:{user}.")
    request = await steps.open_case(stage, user)
    case_id = request["case_id"]
    stage.say(f"  intake-svc found the request complete (R88) and opened case {case_id}; its clock runs four weeks from receipt (R96).")
    action = await propose(stage, case_id, user)
    await try_what_is_not_allowed(stage, action)
    action = await amend_after_signatures(stage, action, user)
    action = await sign_and_enact(stage, action, user)
    await tell_and_appeal(stage, action, user)
    return action


async def propose(stage: Stage, case_id: str, user: str) -> Answer:
    """Let the evaluator recommend, and wait for the action that the event brings about."""
    action = await steps.recommend(stage, case_id, steps.ban_of(user))
    levels = ", ".join(step["level"] for step in action["review"]["steps"] if step["required"])
    stage.say("  evaluator-1 recommended to act. The event case_change (recommended) crossed Kafka;")
    stage.say(f"  ban-svc fetched the recommendation, compared its digest and proposed action {action['id']}.")
    stage.say(f"  These must sign in turn, each a different person: {levels} (R19, D1).")
    return action


async def try_what_is_not_allowed(stage: Stage, action: Answer) -> None:
    """Show that nothing opens the way around the chain."""
    path, digest = f"/bans/v1/actions/{action['id']}", action["review"]["digest"]
    review = {"level": "team_peer", "verdict": "approve", "digest": digest, "note": "n"}
    stage.say("  The evaluator tries to sign:")
    await stage.refused(f"{path}/reviews", "evaluator-1", review, roles=("team_peer",), cite="D1", reason="signing")
    stage.say("  The director tries to sign before the peer and the manager:")
    await stage.refused(f"{path}/reviews", "director-1", {**review, "level": "director"}, cite="R113", reason="signing")
    stage.say("  The enforcer tries to enact what nobody has signed:")
    await stage.refused(f"{path}/enactment", "enforcer-1", {}, cite="R19")


async def amend_after_signatures(stage: Stage, action: Answer, user: str) -> Answer:
    """Let two sign, change the text, and show that the signatures are void."""
    path, old = f"/bans/v1/actions/{action['id']}", action["review"]["digest"]
    await steps.sign(stage, action, "team_peer")
    stage.say("  team_peer-1 signed, and tries to sign as the manager too:")
    second = {"level": "team_manager", "verdict": "approve", "digest": old, "note": "n"}
    await stage.refused(f"{path}/reviews", "team_peer-1", second, roles=("team_manager",), cite="D1", reason="signing")
    amended = steps.ban_of(user, accounts=[{"name": user}, {"name": f"{user} b"}])
    amendment = {"spec": amended, "note": "A second account was found."}
    stage.say("  The evaluator tries to change the text behind the signature:")
    await stage.refused(f"{path}/amendments", "evaluator-1", amendment, cite="D1", reason="amending")
    await steps.sign(stage, action, "team_manager", verdict="return")
    stage.say("  The manager returned it with a question: is there a second account?")
    action = await stage.post(f"{path}/amendments", "evaluator-1", amendment, reason="amending")
    if action["review"]["approvals"] != 0 or action["review"]["digest"] == old:
        raise JourneyFailed("an amendment left a signature standing")
    stage.say("  The evaluator added a second account: every signature is void, and the chain starts anew (D1).")
    stage.say("  team_peer-2 tries to sign the older text:")
    await stage.refused(f"{path}/reviews", "team_peer-2", {**second, "level": "team_peer"}, cite="D1", reason="signing")
    return action


async def sign_and_enact(stage: Stage, action: Answer, user: str) -> Answer:
    """Let seven people sign, enact, and ask the check."""
    before = await steps.check(stage, user)
    if before["banned"]:
        raise JourneyFailed("the check says banned before anything was enacted")
    action = await steps.approve(stage, action)
    if action["state"] != "approved":
        raise JourneyFailed(f"after seven signatures the action is {action['state']}")
    stage.say(f"  Seven people signed the same digest {action['review']['digest'][:12]}…; the action is approved.")
    action = await stage.post(f"/bans/v1/actions/{action['id']}/enactment", "enforcer-1", {})
    stage.say(f"  enforcer-1 enacted it as {action['acting_account']} at {action['enacted_at']}: it holds from this moment (R20).")

    async def banned() -> bool:
        return all([(await steps.check(stage, name))["banned"] for name in (user, f"{user} b")])

    await stage.until(banned, "the check's yes", within=1.0)
    stage.say(f"  Other tooling asks GET /bans/v1/check?user={user.replace(' ', '+')} and hears: banned.")
    return action


async def tell_and_appeal(stage: Stage, action: Answer, user: str) -> None:
    """Wait for both letters, then appeal as the subject and as a stranger."""
    await stage.advance("PT2M")
    for person, told in (("requester", "that it was decided, never what (D25)"), ("subject", "what it means and how to appeal (R102)")):

        async def delivered(party: str = person) -> list[Answer]:
            path = f"/notify/v1/notifications?about={action['id']}&state=delivered"
            found = await stage.get(path, "auditor-1", reason="following a case")
            return [one for one in found["items"] if one["party"] == party]

        letter = (await stage.until(delivered, f"the letter to the {person}"))[0]
        stage.say(f"  notify-svc told the {person} {told}: {letter['template']}, in {stage.home / 'mail'}.")
    decision = {"kind": "action", "id": action["id"]}
    subject = {"role": "subject", "wiki_user": user, "verified": {"how": "confirmed on the talk page of the account"}}
    reasons = "I was asleep that week; somebody else used my account."
    appeal = await stage.post(
        "/appeals/v1/appeals",
        "requester_desk-1",
        {"decision": decision, "appellant": subject, "reasons": reasons, "channel": "mail"},
        want=201,
    )
    if not appeal["eligibility"]["granted"]:
        raise JourneyFailed(f"the subject's appeal was not eligible: {appeal['eligibility']}")
    stage.say(f"  The subject appealed: eligible until {appeal['deadline']}, now {appeal['state']} (R102, R104).")
    accepted = await stage.post(f"/appeals/v1/appeals/{appeal['id']}/counsel", "legal-2", {"verdict": "approve", "note": "To be heard."})
    stage.say(f"  Counsel let it through: {accepted['state']}.")
    stranger = {"role": "subject", "wiki_user": "Passer By", "verified": {"how": "confirmed on the talk page of the account"}}
    other = await stage.post(
        "/appeals/v1/appeals",
        "requester_desk-1",
        {"decision": decision, "appellant": stranger, "reasons": "Unfair!", "channel": "mail"},
        want=201,
    )
    if other["eligibility"]["granted"] or other["state"] != "ineligible":
        raise JourneyFailed("a stranger's appeal was let in")
    reason = other["eligibility"]["reasons"][0]
    stage.say(f"  A passer-by appealed too: {reason['says']} ({reason['cite']})")
