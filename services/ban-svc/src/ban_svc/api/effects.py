"""What enacting would do, over HTTP: to be read before signing (R113, R114, DESIGN 5)."""

from collections.abc import Sequence
from typing import Annotated, Any, Literal
from uuid import UUID

from chassis.http import OpenEdge, Prepared, Received, Router
from fastapi import Request
from pydantic import BaseModel, Field

from ban_svc import actions
from ban_svc.actions import Effects
from ban_svc.api.actions import READERS, readable
from ban_svc.api.letters import Written, ask_letters
from ban_svc.api.shapes import Moment, ReceiptView
from ban_svc.model import AccountRef, Effect, Scope
from ban_svc.rules.preview import Letter

effects = Router(prefix="/bans/v1", tags=["bans"])


class WikiEffectView(BaseModel):
    """One thing that is done on one wiki: `planned` before the enactment."""

    wiki: str
    effect: str
    state: Literal["planned", "waiting", "done", "failed", "drifted"]
    receipt: ReceiptView | None = None


class PlaceView(BaseModel):
    """One thing on one wiki."""

    wiki: str
    effect: str


class LetterView(BaseModel):
    """A letter that an enactment brings, word for word as notify-svc would send it at that moment; `not_rendered` says why there are none.

    `withheld` is the code under which it would be kept and not sent. `facts` are what is known here of what it tells.
    """

    party: str
    template: str
    subject: str | None = None
    text: str | None = None
    withheld: str | None = None
    not_rendered: str | None = None
    facts: dict[str, Any] | None = None


class RegisterView(BaseModel):
    """What others may read of it, and by which rule."""

    entry: Literal["listed", "restricted_list", "half_year_totals", "not_listed"]
    disclosure: Literal["public", "restricted", "confidential"]
    cite: str = "D17"


class EffectClockView(BaseModel):
    """A date that begins to run."""

    what: str
    at: Moment
    cite: str


class PermittedView(BaseModel):
    """An exception that holds."""

    scope: Scope
    since: Moment
    until: Moment


class EffectsView(BaseModel):
    """Everything that an enactment brings, and what its end would undo."""

    action_id: UUID
    state: str
    acting_account: Literal["wmfoffice", "staff"]
    accounts: list[AccountRef]
    addresses: list[str] | None = None
    wikis: list[WikiEffectView]
    letters: list[LetterView]
    entry: RegisterView = Field(alias="register")
    clocks: list[EffectClockView]
    reversal: list[PlaceView]
    permissions: list[PermittedView] | None = None
    ends_with_it: list[UUID] | None = None


async def _letters(request: Request, _received: Received) -> Written:
    return await ask_letters(request)


@effects.get("/actions/{action_id}/effects", roles=READERS, reads="the person", prepares=_letters, refuses=("nothing_follows",))
async def read_action_effects(edge: OpenEdge, action_id: UUID, written: Annotated[Written, Prepared]) -> EffectsView:
    """Read what enacting an action would bring: accounts, wikis, letters, register entry, clocks; afterwards receipts and reversal.

    The letters are written by notify-svc; while it cannot be reached the answer says so and names them.
    """
    await readable(edge, action_id)
    return _shown(await actions.effects_of(edge, action_id), written)


def _shown(found: Effects, written: Written) -> EffectsView:
    action = found.action
    planned = [WikiEffectView(wiki=one.wiki, effect=one.effect, state="planned") for one in found.planned]
    done = [
        WikiEffectView.model_validate(
            {
                "wiki": row.wiki,
                "effect": row.effect,
                "state": row.state,
                "receipt": {"log_id": row.log_id, "revision_id": row.revision_id} if row.state in ("done", "drifted") else None,
            }
        )
        for row in found.rows
    ]
    return EffectsView.model_validate(
        {
            "action_id": action.id,
            "state": action.state,
            "acting_account": found.acting_account,
            "accounts": found.accounts,
            "addresses": list(found.addresses) or None,
            "wikis": planned + done,
            "letters": _told(found.letters, written),
            "register": {"entry": found.register, "disclosure": action.disclosure},
            "clocks": [{"what": one.what, "at": one.at, "cite": one.cite} for one in found.clocks],
            "reversal": [_place(one) for one in found.reversal],
            "permissions": [{"scope": one.scope, "since": one.since, "until": one.until} for one in found.permissions] or None,
            "ends_with_it": list(found.ends_with_it) or None,
        }
    )


def _told(known: Sequence[Letter], written: Written) -> list[dict[str, Any]]:
    """Give the letters as notify-svc writes them, whose matrix decides; without it those that are known here, unwritten."""
    facts = {(one.party, one.template): one.facts for one in known}
    if written.letters is None:
        return [{"party": one.party, "template": one.template, "facts": one.facts, "not_rendered": written.why_not} for one in known]
    return [{**one, "facts": facts.get((one["party"], one["template"]))} for one in written.letters]


def _place(effect: Effect) -> dict[str, str]:
    return {"wiki": effect.wiki, "effect": effect.effect}
