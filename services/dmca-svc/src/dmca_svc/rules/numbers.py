"""The numbers and lists that these rules read, dated and cited (`policy.toml`)."""

from importlib.resources import files

from kernel.policy import Policy

POLICY = Policy.load(files("dmca_svc").joinpath("policy.toml"))
