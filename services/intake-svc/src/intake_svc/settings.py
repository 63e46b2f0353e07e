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
    mail_domain: str = Field(
        default="wikimedia.org", pattern=r"^[a-z0-9.-]{1,253}$", description="what stands behind the @ of the mailboxes"
    )
    lmtp_host: str = Field(default="127.0.0.1", description="where the listener for mail is bound")
    lmtp_port: int | None = Field(
        default=None,
        ge=0,
        le=65_535,
        description="its port, in each process that serves the API; unset: no listener, mail comes by HTTP alone",
    )
    read_seconds: float = Field(default=2.0, gt=0, description="time that one mail may take to be read before its reader is ended")
    read_megabytes: int = Field(default=256, ge=64, description="memory that the reader may take, its interpreter included")


@cache
def settings() -> Settings:
    """Read them once a process."""
    return Settings()
