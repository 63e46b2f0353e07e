"""The dated numbers of this service."""

from __future__ import annotations

from importlib.resources import files

from kernel.policy import Policy

POLICY = Policy.load(files("appeals_svc").joinpath("policy.toml"))
