"""Questions to the law that need no server: when is it due, which business day, when may it come back."""

import json as encode
from datetime import UTC, date, datetime
from typing import Annotated

from cyclopts import Parameter

from office.cli import BadInput

Json = Annotated[bool, Parameter(name="--json", negative="", help="Print one JSON object.")]


def due(kind: str, received_at: str, *, json: Json = False) -> None:
    """Print when a matter is due by the policy's clocks (R96, D5).

    Parameters
    ----------
    kind:
        Kind of the request or case, such as global_ban, dmca or child_protection.
    received_at:
        First receipt, RFC 3339, such as 2026-12-14T09:30:00Z.
    """
    from kernel.deadline import target
    from kernel.kinds import CASE_KINDS, REQUEST_KINDS, Kind

    kinds = sorted({one.value for one in (*CASE_KINDS, *REQUEST_KINDS)})
    if kind not in kinds:
        raise BadInput(f"There is no such kind. The kinds are {', '.join(kinds)}.")
    found = target(Kind(kind), moment(received_at))
    if found is None:
        if json:
            print(encode.dumps({"kind": kind}))
        else:
            print("none: the policy sets no clock for this kind (R96)")
        return
    if json:
        print(encode.dumps({"kind": kind, "target_at": shown(found.target_at), "at_risk_at": shown(found.at_risk_at)}))
    else:
        print(shown(found.target_at))


def workdays(day: str, n: int, *, json: Json = False) -> None:
    """Print the date N business days after DATE (D6: Monday to Friday less US federal holidays).

    Parameters
    ----------
    day:
        Day of receipt, ISO 8601, such as 2026-12-14; it is day 0.
    n:
        How many business days, 0 or more.
    """
    from kernel.workdays import add_business_days

    if not 0 <= n <= 1000:
        raise BadInput("N must be from 0 to 1000.")
    try:
        found = add_business_days(date.fromisoformat(day), n)
    except ValueError as error:
        raise BadInput("DATE must be an ISO date from 1998 to 2099, such as 2026-12-14.") from error
    print(encode.dumps({"date": found.isoformat()}) if json else found.isoformat())


def restore_window(received_at: str, *, json: Json = False) -> None:
    """Print when material may return after a counter-notice: opens, closes (D10, 17 U.S.C. 512(g)(2)(C)).

    Parameters
    ----------
    received_at:
        When the designated agent received the complete counter-notice, RFC 3339.
    """
    from kernel.deadline import restore_window as window_of

    window = window_of(moment(received_at))
    del json  # two times are an object either way
    print(encode.dumps({"opens": shown(window.opens), "closes": shown(window.closes)}))


def moment(text: str) -> datetime:
    """Read a time with its offset.

    Raises:
        BadInput: it is none, or says no offset.
    """
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise BadInput("The time must be RFC 3339 with an offset, such as 2026-12-14T09:30:00Z.") from error
    if found.tzinfo is None:
        raise BadInput("The time must say its offset, such as 2026-12-14T09:30:00Z.")
    return found.astimezone(UTC)


def shown(at: datetime) -> str:
    """Print a time as the wire does, in UTC with `Z`."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")
