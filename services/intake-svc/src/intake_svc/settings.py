"""Intake's own settings: every value comes from `OFFICE_INTAKE_…` in the environment."""

from functools import cache

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """What only intake has."""

    model_config = SettingsConfigDict(env_prefix="OFFICE_INTAKE_", frozen=True)

    requests_per_minute: int = Field(
        default=60, ge=1, description="how many requests a minute one sender may file; urgent lanes are exempt"
    )


@cache
def settings() -> Settings:
    """Read them once a process."""
    return Settings()
