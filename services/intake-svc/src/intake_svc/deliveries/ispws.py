"""NCMEC's interface for reports: XML over HTTPS with Basic auth, one document in, one small document out (D21)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from xml.etree import ElementTree as ET

import httpx
from chassis.deliveries import NotDone, Refusal
from chassis.peers import user_agent

DONE, SERVER_ERROR, NOT_AUTHENTICATED, INVALID, NO_SUCH_REPORT, FINISHED = 0, 1000, 2000, 4100, 5001, 5102
LARGEST_ANSWER = 64 << 10
TEXT = {"Content-Type": "text/xml; charset=utf-8"}
SAID = {
    "apparent_material": "Child Pornography (possession, manufacture, and distribution)",
    "trafficking": "Child Sex Trafficking",
    "enticement": "Online Enticement of Children for Sexual Acts",
    "misleading_name": "Misleading Domain Name",
}
"""How NCMEC's list spells each violation of ours (`cybertip_incidents`); the words are the interface's."""


class Unclear(Exception):
    """The answer cannot be read: what was asked may have been done."""


@dataclass(frozen=True, slots=True)
class Access:
    """Where reports go and with what; both belong to one environment."""

    url: str
    username: str
    password: str
    timeout: float


@dataclass(frozen=True, slots=True)
class Answer:
    """What NCMEC said: its code, and the number of the report where there is one."""

    code: int
    report_id: str | None


def document(incident: str, at: datetime, contact: str, reference: str, brought: Sequence[Mapping[str, Any]]) -> str:
    """Write a report of what lies in a sealed record: where, by whom, in which words, and the numbers that NCMEC gave before (R56)."""
    report = ET.Element("report")
    summary = ET.SubElement(report, "incidentSummary")
    ET.SubElement(summary, "incidentType").text = SAID[incident]
    ET.SubElement(summary, "incidentDateTime").text = at.isoformat(timespec="seconds")
    ET.SubElement(summary, "incidentDateTimeDescription").text = "First receipt of the report"
    addresses = [one for words in brought for one in _addresses(words)]
    details = ET.SubElement(report, "internetDetails")
    if addresses:
        page = ET.SubElement(details, "webPageIncident")
        for address in dict.fromkeys(addresses):
            ET.SubElement(page, "url").text = address
    else:
        place = ET.SubElement(details, "nonInternetIncident")
        ET.SubElement(place, "locationName").text = "On a wiki, as described"
        ET.SubElement(place, "additionalInfo").text = "See the additional information of the report."
    person = ET.SubElement(ET.SubElement(report, "reporter"), "reportingPerson")
    ET.SubElement(person, "email").text = contact
    accounts = [one for words in brought for one in _accounts(words)]
    if accounts:
        reported = ET.SubElement(report, "personOrUserReported")
        for account in dict.fromkeys(accounts):
            ET.SubElement(reported, "screenName").text = account
    ET.SubElement(report, "additionalInfo").text = "\n".join([f"Our reference: {reference}", *(_told(words) for words in brought)]).strip()
    return ET.tostring(report, encoding="unicode", xml_declaration=True)


async def call(access: Access, path: str, *, text: str | None = None, report_id: str | None = None) -> Answer:
    """Make one call.

    Raises:
        NotDone: NCMEC was not reached, or took nothing; the same call may do later.
        Refusal: it cannot succeed before somebody mends something.
        Unclear, httpx.HTTPError: it broke off or said nothing that can be read.
    """
    auth = httpx.BasicAuth(access.username, access.password)
    async with httpx.AsyncClient(timeout=access.timeout, follow_redirects=False, auth=auth, headers={"User-Agent": user_agent()}) as client:
        sent: dict[str, Any] = {"content": text.encode(), "headers": TEXT} if text is not None else {"data": {"id": report_id}}
        try:
            async with client.stream("POST", f"{access.url}/{path}", **sent) as answer:
                status, body = answer.status_code, await _bounded(answer)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise NotDone("ncmec_out_of_reach") from error
    if status in {httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN}:
        raise Refusal("ncmec_not_authenticated")
    if status == httpx.codes.TOO_MANY_REQUESTS:
        raise NotDone("ncmec_too_many")
    said = _read(body)
    if said.code == NOT_AUTHENTICATED:
        raise Refusal("ncmec_not_authenticated")
    if said.code == INVALID:
        raise Refusal("ncmec_invalid")
    if path == "submit" and said.code != DONE:
        raise NotDone(f"ncmec_{said.code}")
    return said


async def _bounded(answer: httpx.Response) -> bytes:
    body = b""
    async for chunk in answer.aiter_bytes():
        body += chunk
        if len(body) > LARGEST_ANSWER:
            raise Unclear("too long")
    return body


def _read(body: bytes) -> Answer:
    """Read an answer: one code, at most one number of a report, no declarations."""
    if b"<!DOCTYPE" in body or b"<!ENTITY" in body:
        raise Unclear("declarations")
    try:
        root = ET.fromstring(body)  # noqa: S314  # at most 64 kB without declarations: nothing in it can grow
    except ET.ParseError as error:
        raise Unclear("no XML") from error
    codes = [(one.text or "").strip() for one in root.iter("responseCode")]
    numbers = {(one.text or "").strip() for one in root.iter("reportId")}
    if root.tag not in {"reportResponse", "reportDoneResponse"} or len(codes) != 1 or not codes[0].isdecimal() or len(numbers) > 1:
        raise Unclear("unknown")
    number = next(iter(numbers), None)
    if number is not None and not (number.isdecimal() and len(number) <= 20):
        raise Unclear("number")
    return Answer(int(codes[0]), number)


def _addresses(words: Mapping[str, Any]) -> list[str]:
    places = [one["address"] for one in words.get("places", []) if "address" in one]
    return [*places, *(one["url"] for one in words.get("evidence", []) if "url" in one)]


def _accounts(words: Mapping[str, Any]) -> list[str]:
    return [*words.get("accounts", []), *(one["user"] for one in words.get("subjects", []) if "user" in one)]


def _told(words: Mapping[str, Any]) -> str:
    """Say in lines what was brought, and cite what NCMEC knows already."""
    pages = [one for name in ("places", "pages") for one in words.get(name, [])]
    lines = [words.get("summary", ""), words.get("words", ""), *(one["text"] for one in words.get("evidence", []) if "text" in one)]
    lines += [", ".join(str(one[part]) for part in ("wiki", "title", "revision_id") if part in one) for one in pages]
    lines += [f"Reported to NCMEC before: {words['ncmec_report']}"] if "ncmec_report" in words else []
    return "\n".join(line for line in lines if line.strip())
