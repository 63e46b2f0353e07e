"""What leaves the house from here: a notice for Lumen, by Lumen's API for submitters (D22)."""

from typing import Any
from urllib.parse import urlsplit

import httpx
from chassis.deliveries import NotDone, Refusal
from chassis.peers import user_agent
from chassis.runtime import Runtime
from chassis.service import Carrier, Parcel

from dmca_svc.actions import lumen
from dmca_svc.settings import settings_of

# Lumen said that it took nothing: a token to be mended, too many at once, or its front away. The same call will do later.
LATER = frozenset({httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN, httpx.codes.TOO_MANY_REQUESTS, httpx.codes.SERVICE_UNAVAILABLE})


async def give(runtime: Runtime, parcel: Parcel) -> dict[str, Any]:
    """Post a notice to Lumen; its receipt is the number in the `Location` of a 201.

    Raises:
        NotDone: Lumen surely did not take it, and may later.
        Refusal: Lumen refuses this notice for good.
        httpx.HTTPError, ValueError: it broke off, or the answer names no number: it may have been taken.
    """
    settings = settings_of(runtime)
    if settings.lumen_url is None or settings.lumen_token_file is None:
        raise NotDone("lumen_off")
    try:
        token = settings.lumen_token_file.read_text().strip()
    except OSError as error:
        raise NotDone("lumen_token_unreadable") from error
    headers = {"X-Authentication-Token": token, "User-Agent": user_agent(), "Accept": "application/json"}
    async with httpx.AsyncClient(timeout=settings.lumen_timeout, follow_redirects=False, headers=headers) as client:
        try:
            answer = await client.post(f"{settings.lumen_url.rstrip('/')}/notices", json={"notice": parcel.intent["notice"]})
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise NotDone("lumen_out_of_reach") from error
    return _receipt(answer)


def _receipt(answer: httpx.Response) -> dict[str, Any]:
    if answer.status_code in LATER:
        raise NotDone(f"lumen_{answer.status_code}")
    if answer.is_client_error:
        raise Refusal(f"lumen_{answer.status_code}")
    if answer.status_code != httpx.codes.CREATED:
        # A server that broke may have kept the notice before: nobody can ask it back.
        raise ValueError(f"Lumen answered {answer.status_code}")
    number = urlsplit(answer.headers.get("location", "")).path.rstrip("/").rpartition("/")[2].removesuffix(".json")
    if not number.isdigit():
        raise ValueError("Lumen named no number")
    return {"lumen_id": number}


CARRIERS = {
    # Lumen has no key by which a sending could be found again, and its search lags: no `read_back`, so that what broke off is uncertain.
    lumen.KIND: Carrier(call=give, take_receipt=lumen.take_receipt, take_failure=lumen.take_failure),
}
