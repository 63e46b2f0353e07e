"""How a notice stands after the takedown, from its pages and counter-notices (D10)."""

from dmca_svc.actions.matter import Matter
from dmca_svc.model import DOWN, CounterState, State
from dmca_svc.rules import restoration, withdrawal


def settle(matter: Matter) -> None:
    """Set the state that pages and counter-notices make; before the takedown is done they make none, but what is taken back is over."""
    whole = matter.notice.withdrawn_at is not None
    if withdrawal.is_withdrawn([page.facts() for page in matter.named], whole=whole):
        matter.notice.state = State.WITHDRAWN
    elif matter.notice.state in DOWN:
        counters = [CounterState(counter.state) for counter in matter.counters]
        pages = [page.facts() for page in matter.named]
        matter.notice.state = State(restoration.state_of_notice(counters, pages))
