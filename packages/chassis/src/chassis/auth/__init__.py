"""Who calls: tokens, the dev mode's own issuer, and revocation (DESIGN 5 and 7).

A name is imported when it is first asked for, so that `office token` signs without loading the database's libraries.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from chassis.auth.gate import Gate
    from chassis.auth.issuer import issue
    from chassis.auth.principal import Principal
    from chassis.auth.revocation import office_schema_statements

__all__ = ["Gate", "Principal", "issue", "office_schema_statements"]

_MODULES = {"Gate": "gate", "Principal": "principal", "issue": "issuer", "office_schema_statements": "revocation"}


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(name)
    return getattr(import_module(f"chassis.auth.{_MODULES[name]}"), name)
