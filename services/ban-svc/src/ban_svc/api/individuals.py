"""Who a person is across accounts, as other services may ask; each answer is in the access log (R17, D23)."""

from typing import Annotated

from chassis.edge import Edge
from chassis.http import After, Limit, OpenEdge, Page, Router, page
from fastapi import Query
from kernel.actor import Role

from ban_svc import actions
from ban_svc.api.views import IndividualView
from ban_svc.model import AccountRef
from ban_svc.tables import Individual

individuals = Router(prefix="/bans/v1", tags=["bans"])


@individuals.get("/individuals", roles=(Role.SERVICE,), reads="the person")
async def list_individuals(
    edge: OpenEdge,
    account: Annotated[str, Query(min_length=1, max_length=1024, description="an account's name, as MediaWiki shows it")],
    after: After = None,
    limit: Limit = 50,
) -> Page[IndividualView]:
    """List the individuals to whom an account belongs, with every account that is confirmed to be theirs.

    An account is confirmed to be one person's at most. A name that nobody knows gives an empty list; links that nobody confirmed give
    nothing.
    """
    found: Page[Individual] = await page(edge, actions.individuals_with(edge, account), lambda one: one, after=after, limit=limit)
    return Page(items=[await _view(edge, one) for one in found.items], next=found.next)


async def _view(edge: Edge, individual: Individual) -> IndividualView:
    names = await actions.accounts_of(edge, individual.id)
    return IndividualView(id=individual.id, accounts=[AccountRef(name=name) for name in names])
