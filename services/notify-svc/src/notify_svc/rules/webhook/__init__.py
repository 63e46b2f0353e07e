"""What other tooling is told of public measures, where it may be sent, and when it is tried again (Standard Webhooks 1.0)."""

from notify_svc.rules.webhook.address import judge_address, judge_addresses, may_be_called
from notify_svc.rules.webhook.payload import CHANGES, announced
from notify_svc.rules.webhook.schedule import TRIES, WAITS, Verdict, asked_wait, next_try, verdict_of
from notify_svc.rules.webhook.signature import PREFIX, key_of, signatures, written_secret

__all__ = [
    "CHANGES",
    "PREFIX",
    "TRIES",
    "WAITS",
    "Verdict",
    "announced",
    "asked_wait",
    "judge_address",
    "judge_addresses",
    "key_of",
    "may_be_called",
    "next_try",
    "signatures",
    "verdict_of",
    "written_secret",
]
