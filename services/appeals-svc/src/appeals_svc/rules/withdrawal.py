"""An appeal is its appellant's: they may take it back (R105)."""

from __future__ import annotations

from kernel.decision import Decision, Reason

from appeals_svc.model import MOVES, State


def may_withdraw(state: State, *, closed: bool) -> Decision:
    """Whoever appealed may take it back until it is answered, but not when the votes are open (R105, D13)."""
    ended = State.WITHDRAWN not in MOVES[state]
    return Decision.of(
        (ended, Reason("appeal_ended", "This appeal has ended; there is nothing to take back.", "R105")),
        (closed and not ended, Reason("votes_are_open", "The votes are open; the answer is on its way.", "D13")),
    )


def is_foreign(locale: str | None) -> bool:
    """An appeal may come in any language; English is read by those who judge as it is (R107).

    `locale` is a BCP 47 tag, None where nothing is said.
    """
    return locale is not None and locale.partition("-")[0].lower() != "en"


def may_translate(state: State, *, foreign: bool, translated: bool) -> Decision:
    """Reasons in any language are reasons; whoever judges them gets a translation beside them, made once (R107)."""
    return Decision.of(
        (State.WITHDRAWN not in MOVES[state], Reason("appeal_ended", "This appeal has ended; there is nothing to translate.", "R105")),
        (not foreign, Reason("nothing_to_translate", "There are no reasons in another language here.", "R107")),
        (translated, Reason("translated_already", "A translation lies beside the reasons; it is not rewritten.", "R107")),
    )
