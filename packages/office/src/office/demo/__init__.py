"""`office demo`: the example matters, played on the real thing and told in plain sentences."""

from office.demo.player import play

__all__ = ["play"]
