"""How the reader's child process is bounded; every value comes from `OFFICE_DMCA_…` in the environment."""

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class DmcaSettings(BaseSettings):
    """What this service alone has to be told."""

    model_config = SettingsConfigDict(env_prefix="OFFICE_DMCA_", extra="ignore", frozen=True)

    read_seconds: float = Field(default=5.0, gt=0, description="time that one letter may take to be read before its reader is ended")
    read_megabytes: int = Field(default=512, ge=64, description="memory that the reader may take, its interpreter included")
