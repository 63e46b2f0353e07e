"""How the reader's child process is bounded, and where Lumen is; every value comes from `OFFICE_DMCA_…` in the environment."""

from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

if TYPE_CHECKING:
    from chassis.runtime import Runtime

_KEPT = "dmca.settings"


class DmcaSettings(BaseSettings):
    """What this service alone has to be told."""

    model_config = SettingsConfigDict(env_prefix="OFFICE_DMCA_", extra="ignore", frozen=True)

    read_seconds: float = Field(default=5.0, gt=0, description="time that one letter may take to be read before its reader is ended")
    read_megabytes: int = Field(default=512, ge=64, description="memory that the reader may take, its interpreter included")
    lumen_url: str | None = Field(
        default=None, pattern=r"^https?://[^\s/]+(/[^\s]*)?$", description="where Lumen takes notices; unset: nothing is given to it"
    )
    lumen_token_file: Path | None = Field(default=None, description="file with the submitter's token; unset: nothing is given to Lumen")
    lumen_timeout: float = Field(default=20.0, gt=0, le=50, description="seconds for Lumen's answer; below the 60 s of a delivery")

    @property
    def gives_to_lumen(self) -> bool:
        """Whether notices may be given to Lumen at all: it is off unless both are set (D22)."""
        return self.lumen_url is not None and self.lumen_token_file is not None


def settings_of(runtime: "Runtime") -> DmcaSettings:
    """Give this service's settings in this process, read once."""
    kept = runtime.state.get(_KEPT)
    if not isinstance(kept, DmcaSettings):
        kept = runtime.state[_KEPT] = DmcaSettings()
    return kept
