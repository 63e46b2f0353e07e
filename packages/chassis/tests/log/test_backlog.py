"""The four figures that tell whether anything is stuck, as read from a real database."""

from typing import Any

from chassis import metrics

DELIVERY = (
    "INSERT INTO delivery (id, aggregate_id, kind, intent, data_key, urgent, not_before, state, error, at) VALUES"
    " (gen_random_uuid(), gen_random_uuid(), 'mail', '', gen_random_uuid(), false, now() - interval '1 s', 'uncertain', 'E', now())"
)
PARKED = (
    "INSERT INTO parked (event_id, reaction, stream, key, version, payload, tries, next_at, error, at)"
    " VALUES (gen_random_uuid(), 'r', 's', 'k', {}, '', {}, NULL, '{}', now())"
)
STUCK = (
    "INSERT INTO outbox (event_id, stream, key, version, payload, at) VALUES (gen_random_uuid(), 's', 'k', 1, '', now() - interval '90 s')",
    PARKED.format(1, 5, "E"),
    PARKED.format(2, 0, "Behind"),
    "INSERT INTO deadline VALUES (gen_random_uuid(), gen_random_uuid(), 'due', now() - interval '1 s', 'waiting')",
    DELIVERY,
)


def figure(name: str, **labels: str) -> float | None:
    return metrics.registry.get_sample_value(name, {"service": "ledger"} | labels)


async def test_what_is_stuck_shows_in_the_figures(ledger: Any) -> None:
    await metrics.refresh(ledger.runtime)
    assert figure("office_outbox_oldest_unsent_seconds") == 0
    assert figure("office_parked_events", waits="person") == 0
    assert figure("office_deadlines_overdue") == 0
    assert figure("office_deliveries_without_receipt", state="uncertain") == 0
    for statement in STUCK:
        await ledger.admin(statement)
    await metrics.refresh(ledger.runtime)
    age = figure("office_outbox_oldest_unsent_seconds")
    assert age is not None
    assert 90 <= age < 120
    # The age grows without another reading, so that a stalled reader hides nothing.
    assert (figure("office_outbox_oldest_unsent_seconds") or 0) > age
    assert figure("office_parked_events", waits="person") == 1
    assert figure("office_parked_events", waits="retry") == 1
    assert figure("office_deadlines_overdue") == 1
    assert figure("office_deliveries_without_receipt", state="uncertain") == 1
