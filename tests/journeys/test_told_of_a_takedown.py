"""Whoever gave the material is told of their own pages, provably; the complainant has a counter-notice's words (R49, D10)."""

from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

from office.demo import real_notice
from office.demo.stage import Stage


async def shown(stage: Stage, notice_id: str) -> dict[str, Any]:
    notice: dict[str, Any] = await stage.get(f"/dmca/v1/notices/{notice_id}", "auditor-1", reason="checking")
    return notice


async def letters(stage: Stage, notice_id: str) -> list[dict[str, Any]]:
    found = await stage.get(f"/notify/v1/notifications?about={notice_id}&limit=200", "communications-1")
    items: list[dict[str, Any]] = found["items"]
    return items


def mailed(stage: Stage, notice_id: str, to: str) -> list[str]:
    """Give what went out about a notice to an address or account."""
    found = []
    for file in stage.letters():
        message = message_from_bytes(file.read_bytes(), policy=default)
        assert isinstance(message, EmailMessage)
        body = message.get_body(("plain",))
        assert body is not None
        text = body.get_content()
        if notice_id in text and to in str(message["To"]):
            found.append(text)
    return found


async def test_somebody_found_after_the_takedown_is_told_and_the_receipt_comes_back(stage: Stage) -> None:
    name = real_notice.picture()
    notice = await real_notice.take_down(stage, name, tell=False)
    path, page = f"/dmca/v1/notices/{notice['id']}", real_notice.page_of(name)
    assert [point["code"] for point in notice["open_points"]] == ["uploader_unknown"]

    async def nobody() -> list[dict[str, Any]]:
        return [one for one in await letters(stage, notice["id"]) if one["party"] == "uploader"]

    assert [(one["state"], one["why"]) for one in await stage.until(nobody, "that nobody was told")] == [("suppressed", "nobody_known")]
    given = {"uploaders": [{"wiki_user": "Bo Example", "email": "bo.example@example.org", "pages": [page]}]}
    recorded = await stage.post(f"{path}/uploaders", "enforcer-1", given)
    assert recorded["open_points"] == []

    async def queued() -> list[dict[str, Any]]:
        return [one for one in await letters(stage, notice["id"]) if one["template"] == "dmca_taken_down" and one["state"] == "queued"]

    assert len(await stage.until(queued, "the letter to the uploader")) == 1
    await stage.advance("PT2M")

    async def informed() -> list[dict[str, Any]]:
        return [one for one in (await shown(stage, notice["id"]))["uploaders"] if one.get("informed")]

    (told,) = await stage.until(informed, "the proof that the uploader was told")
    assert told["informed"]["channel"] == "mail"
    (text,) = mailed(stage, notice["id"], "bo.example@example.org")
    assert f"File:{name}.jpg" in text
    assert "counter-notice" in text


async def test_the_complainant_is_given_the_words_of_the_counter_notice_and_its_sender_is_asked_for_what_is_missing(stage: Stage) -> None:
    name = real_notice.picture()
    notice = await real_notice.take_down(stage, name, tell=False)
    path, page = f"/dmca/v1/notices/{notice['id']}", real_notice.page_of(name)
    words = real_notice.letter("counter_notice", name)
    given = await stage.post(f"{path}/counter-notices", "requester_desk-1", words, want=201)
    judged = {
        "elements": {name: name != "jurisdiction_service" for name in real_notice.COUNTER_ELEMENTS},
        "pages": [page],
        "subscriber_verified": {"how": "answered from the confirmed address of the account", "wiki_user": "Bo Example"},
        "note": "The consent is missing.",
    }
    counter = f"{path}/counter-notices/{given['id']}"
    assert (await stage.post(f"{counter}/assessment", "evaluator-1", judged))["state"] == "incomplete"

    async def asked() -> list[dict[str, Any]]:
        return [one for one in await letters(stage, notice["id"]) if one["template"] == "counter_notice_incomplete"]

    await stage.until(asked, "the letter that asks for what is missing")
    await stage.post(f"{counter}/completion", "requester_desk-1", "I consent to jurisdiction and service, as the law asks.")
    judged["elements"] = dict.fromkeys(real_notice.COUNTER_ELEMENTS, True)
    assert (await stage.post(f"{counter}/assessment", "evaluator-1", judged))["state"] == "accepted"

    async def copied() -> list[dict[str, Any]]:
        return [one for one in await letters(stage, notice["id"]) if one["template"] == "counter_notice_copy"]

    await stage.until(copied, "the copy to the complainant")
    await stage.advance("PT2M")

    async def sent() -> list[str]:
        complainant = notice["reading"]["contact"]["email"]
        return [text for text in mailed(stage, notice["id"], complainant) if "put back not before" in text]

    (text,) = await stage.until(sent, "the copy in the post")
    assert words.strip().splitlines()[2].split(".")[0] in text
    assert "I consent to jurisdiction and service" in text
    await stage.post(f"{counter}/withdrawal", "requester_desk-1", {"text": "I withdraw it."})

    async def dropped() -> set[str]:
        wanted = {"counter_notice_withdrawn", "counter_notice_dropped"}
        found = {one["template"] for one in await letters(stage, notice["id"])}
        return wanted if wanted <= found else set()

    await stage.until(dropped, "both sides told that it was withdrawn")
