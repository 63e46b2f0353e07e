"""At the start of every process: address, credentials and environment of reports belong together, or nothing starts (D21)."""

from chassis.runtime import Runtime
from sqlalchemy import select
from sqlmodel import col

from intake_svc.settings import cybertip_of
from intake_svc.tables import CyberTipAttempt


class WrongEnvironment(Exception):
    """Reports would go where they do not belong; its argument says what to mend."""


async def make_sure(runtime: Runtime) -> None:
    """Refuse to start where test and production could mix.

    Raises:
        WrongEnvironment: with every sentence that says why.
    """
    settings = cybertip_of(runtime)
    said = settings.wrong(dev=runtime.settings.dev)
    async with runtime.edge("start") as edge:
        asked = select(col(CyberTipAttempt.environment)).distinct()
        used = {one for one in await edge.session.scalars(asked) if one != settings.cybertip_environment}
    if used and settings.cybertip_environment is not None:
        said.append(f"This database holds reports of the other environment ({', '.join(sorted(used))}); one house reports to one.")
    if said:
        raise WrongEnvironment(" ".join(said))
