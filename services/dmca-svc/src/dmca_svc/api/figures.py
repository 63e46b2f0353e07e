"""The figures of a half-year, in the layout of the transparency report, and a notice's country (R44, D17)."""

from typing import Annotated
from uuid import UUID

from chassis.http import OpenEdge, Router
from fastapi import Path
from kernel.actor import Role
from pydantic import AfterValidator, BaseModel, Field

from dmca_svc.actions import figures as actions
from dmca_svc.api.forms import Form
from dmca_svc.api.shapes import NoticeView
from dmca_svc.api.views import show_notice
from dmca_svc.model.figures import Count, Figures, Half
from dmca_svc.rules.figures import COUNTRIES

figures = Router(prefix="/dmca/v1", tags=["dmca"])
READERS = (Role.LEGAL, Role.COMMUNICATIONS, Role.AUDITOR, Role.SERVICE)
_MONTHS = {Half.FIRST: "January to June", Half.SECOND: "July to December"}


def _known(code: str) -> str:
    if code not in COUNTRIES:
        raise ValueError("a country is a code of ISO 3166-1, such as NL")
    return code


class CountryForm(Form):
    """The country that a notice came from."""

    country: Annotated[str, AfterValidator(_known), Field(pattern=r"^[A-Z]{2}$")]


class CountView(BaseModel):
    """How many notices were received, and how many of these were complied with."""

    received: int
    granted: int

    @classmethod
    def of(cls, count: Count) -> "CountView":
        """Show a count."""
        return cls(received=count.received, granted=count.granted)


class DmcaFigures(BaseModel):
    """The figures in all, by the project that the material is on and by the sender's country."""

    received: int
    granted: int
    by_project: dict[str, CountView]
    by_country: dict[str, CountView]


class FiguresView(BaseModel):
    """A half-year's figures, exact: what may be published of them is notify-svc's question (D17)."""

    period: str
    source: str
    dmca: DmcaFigures

    @classmethod
    def of(cls, period: str, half: Half, found: Figures) -> "FiguresView":
        """Show a half-year's figures."""
        return cls(
            period=period,
            source=f"dmca-svc, notices by receipt, {_MONTHS[half]} {found.starts.year} (UTC)",
            dmca=DmcaFigures(
                received=found.all.received,
                granted=found.all.granted,
                by_project={name: CountView.of(count) for name, count in found.by_project.items()},
                by_country={name: CountView.of(count) for name, count in found.by_country.items()},
            ),
        )


@figures.get("/figures/{period}", roles=READERS)
async def get_figures(
    edge: OpenEdge,
    period: Annotated[str, Path(pattern=r"^20[0-9]{2}-h[12]$", description="a half-year: `2021-h2` is July to December 2021")],
) -> FiguresView:
    """Read the figures of a half-year, by receipt in UTC.

    They are exact: small counts are suppressed where they are published, not here.
    """
    year, _, half = period.partition("-")
    return FiguresView.of(period, Half(half), await actions.figures_of(edge, int(year), Half(half)))


@figures.post("/notices/{notice_id}/country", roles=(Role.EVALUATOR,), example={"country": "PT"})
async def record_country(edge: OpenEdge, notice_id: UUID, form: CountryForm) -> NoticeView:
    """Record from which country a notice came; the reader does not guess it."""
    return await show_notice(await actions.record_country(edge, notice_id, form.country))
