"""HTTP in and out: filing, the gate, and what is told of an appeal (R104-R107)."""

from appeals_svc.api.routes import api

__all__ = ["api"]
