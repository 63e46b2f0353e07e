"""Routes of requests: file, complete, read (R86-R89)."""

from uuid import UUID

from chassis.edge import Edge
from chassis.http import OpenEdge, Router
from chassis.http.limits import limits_of
from kernel.actor import Actor, Role

from intake_svc.actions import filing, reading
from intake_svc.actions.rate import is_urgent, spend_sender
from intake_svc.api.forms import CompletionForm, RequestForm
from intake_svc.api.views import RequestView
from intake_svc.model.filing import Filing

requests = Router(prefix="/intake/v1", tags=["intake"])
READERS = (
    Role.REQUESTER_DESK,
    Role.EVALUATOR,
    Role.TEAM_MANAGER,
    Role.LEGAL,
    Role.CHILD_PROTECTION,
    Role.AUDITOR,
    Role.SERVICE,
)
NEEDS_REASON = {"description": "Missing: X-Access-Reason, for child protection and for services."}
EXAMPLE = {
    "kind": "global_ban",
    "channel": "ca",
    "summary": "The account harasses contributors on two projects.",
    "requester": {"name": "A. Contributor", "email": "contributor@example.org", "standing_as": "community"},
    "subjects": [{"user": "Example troll"}],
    "pages": [{"wiki": "examplewiki", "title": "User talk:Example"}],
    "grounds": ["harassment_multiple_projects"],
    "local_attempts": [{"url": "https://example.wiki/wiki/Project:Noticeboard", "what": "Reported, no admin was willing to act."}],
    "evidence": [{"url": "https://example.wiki/w/index.php?diff=1"}],
}


@requests.post(
    "/requests", roles=(Role.REQUESTER_DESK,), status=201, creates=True, limited=False, refuses=("sender_locked_out",), example=EXAMPLE
)
async def file_request(edge: OpenEdge, form: RequestForm) -> RequestView:
    """File a request for an office action.

    What is missing is told all at once in `missing`, and the request waits for it as `incomplete`. A complete one has its case at once;
    child protection and whatever comes to the emergency address has one whatever is missing. A DMCA notice is forwarded.
    """
    asked = form.filing()
    _spend(edge, asked)
    return RequestView.of(await filing.file(edge, asked))


@requests.post(
    "/requests/{request_id}/completion",
    roles=(Role.REQUESTER_DESK,),
    refuses=("request_over", "nothing_missing", "nothing_added"),
    example={"grounds": ["harassment_multiple_projects"], "evidence": [{"url": "https://example.wiki/w/index.php?diff=2"}]},
)
async def complete_request(edge: OpenEdge, request_id: UUID, form: CompletionForm) -> RequestView:
    """Send what was missing from a request.

    The first receipt counts, however late the rest comes. What is still missing is told again.
    """
    return RequestView.of(await filing.complete(edge, request_id, form.brought(), by=actor_of(edge)))


@requests.get("/requests/{request_id}", roles=READERS, responses={400: NEEDS_REASON})
async def read_request(edge: OpenEdge, request_id: UUID) -> RequestView:
    """Read where a request stands.

    A desk reads what it filed. A request about child protection is read by the named group, with a reason.
    """
    row = await reading.read_request(edge, request_id, actor_of(edge))
    return RequestView.of(row, to_staff=row.filed_by != edge.by.id)


def actor_of(edge: Edge) -> Actor:
    """Give the person whose token opened the edge."""
    if edge.actor is None:
        raise AssertionError("an operation with roles has an actor")
    return edge.actor


def _spend(edge: Edge, asked: Filing) -> None:
    """Count a request against the limits of caller and sender; minors at risk and threats to life are never too many."""
    if not is_urgent(edge, asked):
        limits_of(edge.runtime).spend("writes", edge.by.id, edge.runtime.settings.writes_per_minute)
        spend_sender(edge, asked)
