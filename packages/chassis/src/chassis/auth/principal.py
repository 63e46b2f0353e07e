"""A verified token: who calls, and which token says so."""

from dataclasses import dataclass

from kernel.actor import Actor


@dataclass(frozen=True, slots=True)
class Principal:
    """The actor a token proves, with what revocation asks about. `iat` and `exp` are seconds since 1970, by the wall's clock."""

    actor: Actor
    jti: str
    iat: float
    exp: float
