"""Where a process finds its home, its servers and its secrets; every value comes from `OFFICE_…` in the environment."""

from pathlib import Path
from typing import Literal
from urllib.parse import quote, urlsplit, urlunsplit

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

SERVICES = ("intake", "ban", "dmca", "appeals", "notify")


class Settings(BaseSettings):
    """What all services share. A service adds its own in `settings.py`."""

    model_config = SettingsConfigDict(env_prefix="OFFICE_", extra="ignore", frozen=True)

    home: Path = Field(default=Path(".office"), description="folder of data, secrets and the embedded servers")
    dev: bool = Field(default=False, description="local issuer, movable clock, mail into a folder, no rate limits")
    database_url: str | None = Field(default=None, description="postgresql://host:port/name of your own server; unset: the embedded one")
    kafka: str | None = Field(
        default=None, description="bootstrap servers, or `local` for the hop without a broker; unset: the embedded one"
    )
    kafka_security: Literal["PLAINTEXT", "SSL", "SASL_SSL"] = Field(default="PLAINTEXT", description="how the brokers are spoken to")
    kafka_cafile: Path | None = Field(default=None, description="authority that signed the brokers' certificates; unset: the system's")
    kafka_sasl_mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] = Field(
        default="SCRAM-SHA-512", description="how this process proves who it is, with `SASL_SSL`"
    )
    kafka_username: str | None = Field(default=None, description="this process's user at the brokers")
    kafka_password_file: Path | None = Field(default=None, description="file with that user's password")
    datacenter: str = Field(default="", description="prefix of the topics that are produced to, such as `eqiad`")
    datacenters: tuple[str, ...] = Field(default=(), description="prefixes of the topics that are consumed; empty: the unprefixed one")
    secrets: Path | None = Field(default=None, description="folder with ROLE.password, keyring.json; unset: HOME/secrets")
    jwks_file: Path | None = Field(default=None, description="the issuer's public keys as a file")
    jwks_url: str | None = Field(default=None, description="where the issuer publishes its keys; unset in dev: the local issuer")
    issuer: str = Field(default="office-actions-dev", description="the only `iss` that counts in a token")
    service_token_file: Path | None = Field(
        default=None, description="token of role `service` with which this process asks the others; unset in dev: the local issuer's"
    )
    worker: str = Field(default="1", description="this worker's name among those of its service; a static Kafka member")
    pool_size: int = Field(default=5, ge=1, description="connections kept open, for each service of the process")
    pool_overflow: int = Field(default=5, ge=0, description="connections more when all of these are in use")
    writes_per_minute: int = Field(default=600, ge=1, description="how many writes one person may do in a minute, in each process")
    intake_url: str | None = Field(default=None, description="address of intake-svc; unset: this process's own port")
    ban_url: str | None = Field(default=None, description="address of ban-svc; unset: this process's own port")
    dmca_url: str | None = Field(default=None, description="address of dmca-svc; unset: this process's own port")
    appeals_url: str | None = Field(default=None, description="address of appeals-svc; unset: this process's own port")
    notify_url: str | None = Field(default=None, description="address of notify-svc; unset: this process's own port")
    hsts: bool = Field(default=False, description="tell browsers to come by TLS only; for a gateway in front that speaks it")
    port: int = Field(default=8080, ge=1, le=65535, description="port of the process; all services of a process share it")
    otlp: bool = Field(default=False, description="send traces with the exporter of the `otlp` extra")

    @property
    def secrets_dir(self) -> Path:
        """The folder that holds passwords and keys, each readable by its owner alone."""
        return self.secrets or self.home / "secrets"

    def url_of(self, service: str) -> str:
        """The address of another service; in one process all share one port."""
        named: str | None = getattr(self, f"{service}_url")
        return named or f"http://127.0.0.1:{self.port}"

    def dsn(self, role: str) -> str:
        """The database address for one role, its password read from the secrets folder.

        Raises:
            FileNotFoundError: when the role has no password there; `office migrate` makes it.
        """
        if self.database_url is None:
            raise ValueError("no database: set OFFICE_DATABASE_URL or start the embedded server")
        parts = urlsplit(self.database_url)
        place = parts.netloc.rpartition("@")[2]
        password = (self.secrets_dir / f"{role}.password").read_text().strip()
        return urlunsplit(("postgresql+asyncpg", f"{role}:{quote(password, safe='')}@{place}", parts.path, "", ""))

    def admin_dsn(self) -> str:
        """The database address as given, for `office migrate` alone."""
        if self.database_url is None:
            raise ValueError("no database: set OFFICE_DATABASE_URL or start the embedded server")
        return urlunsplit(("postgresql+asyncpg", *urlsplit(self.database_url)[1:]))
