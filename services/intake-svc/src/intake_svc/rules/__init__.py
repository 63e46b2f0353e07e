"""The law of intake: is a request complete, whose is it, who may see and do what with a case (R50, R86-R100, R115)."""

from pathlib import Path

from kernel.policy import Policy

POLICY = Policy.load(Path(__file__).parents[1] / "policy.toml")
