"""Intake's own settings: every value comes from `OFFICE_INTAKE_…` in the environment."""

import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Literal
from urllib.parse import urlsplit

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

if TYPE_CHECKING:
    from chassis.runtime import Runtime

HOSTS = {"production": "report.cybertip.org", "test": "exttest.cybertip.org"}
"""NCMEC's two hosts; a configuration for one never reaches the other (D21)."""
_LOOPBACK = {"127.0.0.1", "::1", "localhost"}
_KEPT = "intake.cybertip"


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


class CyberTipSettings(BaseSettings):
    """Where reports to NCMEC go: environment, address and credentials belong together."""

    model_config = SettingsConfigDict(env_prefix="OFFICE_INTAKE_", extra="ignore", frozen=True)

    cybertip_environment: Literal["test", "production"] | None = Field(
        default=None, description="unset: nothing is sent, and staff are told of every report that waits"
    )
    cybertip_credentials_file: Path | None = Field(
        default=None, description='JSON {"environment", "username", "password"}, readable by its owner alone'
    )
    cybertip_url: str | None = Field(default=None, description="instead of NCMEC's test host, on loopback and in dev mode alone")
    cybertip_contact: str = Field(default="", description="the address of whoever reports, which NCMEC writes to")
    cybertip_timeout: float = Field(default=20.0, gt=0, le=50, description="seconds for each answer; below the 60 s of a delivery")

    def address(self) -> str:
        """Give where reports go."""
        return (self.cybertip_url or f"https://{HOSTS[self.cybertip_environment or 'test']}/ispws").rstrip("/")

    def credentials(self) -> tuple[str, str]:
        """Read name and password.

        Raises:
            OSError: there is no such file.
            ValueError: it is none of credentials, others may read it, or it is another environment's.
        """
        if self.cybertip_credentials_file is None:
            raise ValueError("OFFICE_INTAKE_CYBERTIP_CREDENTIALS_FILE names no file.")
        if self.cybertip_credentials_file.stat().st_mode & 0o077:
            raise ValueError("The file of OFFICE_INTAKE_CYBERTIP_CREDENTIALS_FILE can be read by others: chmod 600.")
        try:
            said = json.loads(self.cybertip_credentials_file.read_text())
            environment, name, word = (str(said[part]) for part in ("environment", "username", "password"))
        except (ValueError, KeyError, TypeError):
            # Without its cause, which would quote what it could not read.
            raise ValueError("The file of OFFICE_INTAKE_CYBERTIP_CREDENTIALS_FILE holds no credentials.") from None
        if environment != self.cybertip_environment:
            raise ValueError("The credentials are of another environment than OFFICE_INTAKE_CYBERTIP_ENVIRONMENT names.")
        return name, word

    def wrong(self, *, dev: bool) -> list[str]:
        """Say in sentences what does not belong together; empty when nothing is, or nothing is set."""
        if self.cybertip_environment is None:
            unset = self.cybertip_url is None and self.cybertip_credentials_file is None
            return [] if unset else ["OFFICE_INTAKE_CYBERTIP_ENVIRONMENT says neither test nor production."]
        said = []
        if self.cybertip_environment == "production" and dev:
            said.append("Dev mode never reports to NCMEC's production host: OFFICE_INTAKE_CYBERTIP_ENVIRONMENT=test.")
        if self.cybertip_url is not None:
            loopback = urlsplit(self.cybertip_url).hostname in _LOOPBACK
            if not (dev and loopback and self.cybertip_environment == "test"):
                said.append("OFFICE_INTAKE_CYBERTIP_URL is for tests on loopback alone: the environment says where reports go.")
        if "@" not in self.cybertip_contact:
            said.append("OFFICE_INTAKE_CYBERTIP_CONTACT names the address that NCMEC writes to.")
        try:
            self.credentials()
        except OSError:
            said.append("The file of OFFICE_INTAKE_CYBERTIP_CREDENTIALS_FILE cannot be read.")
        except ValueError as error:
            said.append(str(error))
        return said


def cybertip_of(runtime: "Runtime") -> CyberTipSettings:
    """Give the settings of reports in this process, read once."""
    kept = runtime.state.get(_KEPT)
    if not isinstance(kept, CyberTipSettings):
        kept = runtime.state[_KEPT] = CyberTipSettings()
    return kept


@cache
def settings() -> Settings:
    """Read them once a process."""
    return Settings()
