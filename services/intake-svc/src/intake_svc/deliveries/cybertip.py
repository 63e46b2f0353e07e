"""The three calls of a report: submit opens it, finish completes it, retract takes an open one back (D21)."""

from typing import Any

from chassis.deliveries import NotDone, Refusal
from chassis.runtime import Runtime
from chassis.service import Parcel

from intake_svc.actions import cybertip as actions
from intake_svc.deliveries import ispws
from intake_svc.model.cybertip import Answered, Environment
from intake_svc.settings import CyberTipSettings, cybertip_of


async def submit(runtime: Runtime, parcel: Parcel) -> dict[str, Any]:
    """Open a report of what lies in the sealed record; the submission is on record before it goes out.

    Raises:
        NotDone, Refusal: it surely opened nothing.
        ispws.Unclear, httpx.HTTPError: it may have.
    """
    settings, access, environment = _access(runtime)
    reason = f"delivery {parcel.delivery_id}"
    async with runtime.edge("delivery", access_reason=reason) as edge:
        tip, row, brought, attempt = await actions.begin_attempt(edge, parcel, environment)
        text = ispws.document(tip.incident or "", row.received_at, settings.cybertip_contact, str(row.id), brought)
        await actions.keep_report(edge, parcel, text)
    try:
        answer = await ispws.call(access, "submit", text=text)
    except (NotDone, Refusal) as error:
        async with runtime.edge("delivery", access_reason=reason) as edge:
            unsent = isinstance(error, NotDone) and str(error) == "ncmec_out_of_reach"
            await actions.end_attempt(edge, attempt, Answered.NOT_SENT if unsent else Answered.REFUSED)
        raise
    if answer.report_id is None:
        raise ispws.Unclear("no number")
    return {"report_id": answer.report_id, "environment": environment, "attempt": str(attempt)}


async def lost(runtime: Runtime, parcel: Parcel) -> None:
    """Nobody can ask NCMEC for a report without its number: what may have been opened is put before a person, and filed anew.

    It counts as no report, for nobody finishes it, and is dropped after its time.
    """
    async with runtime.edge("delivery", access_reason=f"delivery {parcel.delivery_id}") as edge:
        await actions.note_lost(edge, parcel)


async def finish(runtime: Runtime, parcel: Parcel) -> dict[str, Any]:
    """Finish an opened report; one that is finished already answers so, and one that was dropped too. Raises as `submit`."""
    answer = await _end(runtime, parcel, "finish")
    if answer.code in {ispws.DONE, ispws.FINISHED}:
        return {"outcome": "finished"}
    if answer.code == ispws.NO_SUCH_REPORT:
        return {"outcome": "gone"}
    raise ispws.Unclear(f"code {answer.code}")


async def retract(runtime: Runtime, parcel: Parcel) -> dict[str, Any]:
    """Take an open report back; what was finished stays so. Raises as `submit`."""
    answer = await _end(runtime, parcel, "retract")
    if answer.code == ispws.FINISHED:
        return {"outcome": "finished"}
    if answer.code in {ispws.DONE, ispws.NO_SUCH_REPORT}:
        return {"outcome": "retracted"}
    raise ispws.Unclear(f"code {answer.code}")


async def _end(runtime: Runtime, parcel: Parcel, path: str) -> ispws.Answer:
    _, access, environment = _access(runtime)
    async with runtime.edge("delivery") as edge:
        tip = await actions.tip_of(edge, parcel)
        report_id, lies_in = tip.report_id, tip.environment
    if lies_in != environment:
        # A report knows where it was sent: a number of one host is never named to the other.
        raise NotDone("other_environment")
    return await ispws.call(access, path, report_id=report_id)


def _access(runtime: Runtime) -> tuple[CyberTipSettings, ispws.Access, Environment]:
    settings = cybertip_of(runtime)
    if settings.cybertip_environment is None:
        raise NotDone("cybertip_not_configured")
    try:
        name, word = settings.credentials()
    except (OSError, ValueError) as error:
        raise NotDone("cybertip_credentials") from error
    environment = Environment(settings.cybertip_environment)
    return settings, ispws.Access(settings.address(), name, word, settings.cybertip_timeout), environment
