"""How a notice stands after the takedown, from its pages and counter-notices (D10)."""

from dmca_svc.actions.matter import Matter
from dmca_svc.model import DOWN, CounterState, State
from dmca_svc.rules import restoration


def settle(matter: Matter) -> None:
    """Set the state that pages and counter-notices make; before the takedown is done they make none."""
    if matter.notice.state in DOWN:
        counters = [CounterState(counter.state) for counter in matter.counters]
        pages = [page.facts() for page in matter.named]
        matter.notice.state = State(restoration.state_of_notice(counters, pages))
