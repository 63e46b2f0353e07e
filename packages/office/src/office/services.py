"""The five services, imported only when a command runs them."""

from collections.abc import Sequence
from importlib import import_module

from chassis.service import Service
from chassis.settings import SERVICES


def load(names: Sequence[str] = SERVICES) -> list[Service]:
    """Import the named services, in the order of the flow.

    Raises:
        ValueError: there is no such service.
    """
    unknown = [name for name in names if name not in SERVICES]
    if unknown:
        raise ValueError(f"there is no service {unknown[0]}; the services are {', '.join(SERVICES)}")
    found: list[Service] = [import_module(f"{name}_svc.app").SERVICE for name in SERVICES if name in names]
    return found
