"""Where letters go out, and whom a team's alert wakes; every value comes from `OFFICE_…` in the environment."""

from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from notify_svc.letters import mailbox

if TYPE_CHECKING:
    from chassis.runtime import Runtime

TEAMS = ("trust_and_safety", "legal", "child_protection", "appeals")
_KEPT = "notify.settings"


class MailSettings(BaseSettings):
    """What notify-svc adds to the settings of all services."""

    model_config = SettingsConfigDict(env_prefix="OFFICE_", extra="ignore", frozen=True)

    mail: Literal["folder", "smtp"] | None = Field(default=None, description="unset: `folder` in dev mode, `smtp` otherwise")
    mail_from: str = Field(default="office-actions@example.invalid", description="the sender of every letter")
    smtp_host: str = "127.0.0.1"
    smtp_port: int = 25
    smtp_starttls: bool = False
    smtp_user: str | None = None
    smtp_password_file: Path | None = None
    smtp_timeout: float = Field(default=20.0, gt=0, le=50, description="seconds for each answer; below the 60 s of a delivery")
    alerts_trust_and_safety: str | None = None
    alerts_legal: str | None = None
    alerts_child_protection: str | None = None
    alerts_appeals: str | None = None

    def alerts(self, team: str, *, dev: bool) -> str | None:
        """Give the address that wakes a team; in dev mode one that leads nowhere."""
        named: str | None = getattr(self, f"alerts_{team}")
        return named or (f"{team.replace('_', '-')}@example.invalid" if dev else None)

    def wrong(self, *, dev: bool) -> list[str]:
        """Say in sentences what keeps letters from going out; empty when nothing does."""
        unset = [f"OFFICE_ALERTS_{team.upper()}" for team in TEAMS if mailbox(self.alerts(team, dev=dev)) is None]
        said = [f"Name one address for a team's alerts in {', '.join(unset)}."] if unset else []
        if mailbox(self.mail_from) is None:
            said.append("OFFICE_MAIL_FROM must be one plain address.")
        if not dev and self.mail_from.endswith(".invalid"):
            said.append("Name the sender of letters in OFFICE_MAIL_FROM.")
        if self.smtp_user is not None and self.smtp_password_file is None:
            said.append("OFFICE_SMTP_USER needs OFFICE_SMTP_PASSWORD_FILE.")
        if self.smtp_user is not None and not self.smtp_starttls and self.smtp_host not in {"127.0.0.1", "::1", "localhost"}:
            said.append("OFFICE_SMTP_USER needs OFFICE_SMTP_STARTTLS, or its password would cross the network readable.")
        return said


def mail_of(runtime: "Runtime") -> MailSettings:
    """Give the mail settings of this process, read once."""
    kept = runtime.state.get(_KEPT)
    if not isinstance(kept, MailSettings):
        kept = runtime.state[_KEPT] = MailSettings()
    return kept


def goes_into_folder(runtime: "Runtime") -> bool:
    """Tell whether letters are written into the home's folder instead of being sent."""
    chosen = mail_of(runtime).mail
    return runtime.settings.dev if chosen is None else chosen == "folder"
