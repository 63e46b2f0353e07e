"""The fields that every event shares, and how an event is made, written and judged (Wikimedia Event Platform, DESIGN 4)."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, ClassVar, Generic, Literal, NamedTuple, Self, TypeVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, GetCoreSchemaHandler, create_model, model_validator
from pydantic_core import CoreSchema

from contracts.words import Code, Domain, Id, Moment, Ordinal, Role, Token

OUR_DOMAIN = "meta.wikimedia.org"
CANARY = "canary"


class Frozen(BaseModel):
    """A value that never changes and takes no field that it does not know; a copy with other values is judged again when it is said."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True, serialize_by_alias=True, revalidate_instances="always")


class Meta(Frozen):
    """Where an event belongs and what caused it."""

    stream: Annotated[str, Field(pattern=r"^office_actions\.[a-z_]+\.v1$", min_length=1, max_length=64)] = Field(
        description="Stream of this event: the topic without its datacenter prefix."
    )
    id: Id = Field(description="UUIDv7 of this event; consumers drop what they have seen.")
    dt: Moment = Field(description="When the event was recorded, by the clock on the wall, UTC.")
    request_id: Token = Field(description="X-Request-ID of the call that caused the event.")
    domain: Domain = Field(description="Domain the event is about; `canary` marks a heartbeat, which consumers drop.")


class Performer(Frozen):
    """Who did it: a role and an opaque id, never a name."""

    role: Role = Field(description="Role in which the performer acted; `service` when a date or another event did it.")
    id: Token = Field(description="Opaque subject of the performer's token, or the name of the service.")


class Cause(Frozen):
    """The event that this one answers, so that a chain through several services can be followed."""

    event_id: Id = Field(description="`meta.id` of the event that was answered.")
    stream: Annotated[str, Field(pattern=r"^office_actions\.[a-z_]+\.v1$", max_length=64)] = Field(
        description="`meta.stream` of the event that was answered."
    )


class Clock(Frozen):
    """A policy clock (D5): a guideline whose passing is a fact to tell, never a block (R97)."""

    target_at: Moment = Field(description="When the matter is due.")
    at_risk_at: Moment = Field(description="When three quarters of the time are gone.")
    state: Literal["running", "at_risk", "breached", "stopped"] = Field(description="Where the clock stands.")
    original_target_at: Moment | None = Field(None, description="The first target, once there was an extension; it stays on record.")
    delay_cause: Literal["new_information", "request_expanded", "unforeseen"] | None = Field(
        None, description="The cause of the latest extension or breach (R98)."
    )
    measures: Code | None = Field(None, description="What the clock measures where a matter has several, such as `second_signature`.")


class OutcomeRefusal(Frozen):
    """Why the owner of a decision could not carry out what an appeal decided."""

    appeal_id: Id = Field(description="The appeal whose outcome was refused.")
    codes: tuple[Code, ...] = Field(description="Codes of the reasons; the owner tells the sentences over HTTP.")


class Said(NamedTuple):
    """What one change kind means: when it is said, who reacts, and which fields of the state it must then carry."""

    when: str
    reacts: str
    needs: tuple[str, ...] = ()


class PriorOf:
    """Marks `prior_state`: the fields of a state, each optional, holding what they were before the change."""

    def __init__(self, state: type[Frozen]) -> None:
        fields: dict[str, Any] = {
            name: (Annotated[info.rebuild_annotation() | None, Field(description=info.description)], None)
            for name, info in state.model_fields.items()
        }
        self.model = create_model(f"Prior{state.__name__}", __base__=Frozen, **fields)

    def __get_pydantic_core_schema__(self, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Validate as the partial state, whatever the annotation beside this mark says."""
        return handler.generate_schema(self.model)


Kind = TypeVar("Kind", bound=str)
State = TypeVar("State", bound=Frozen)


class Change(Frozen, Generic[Kind, State]):
    """One change of one aggregate: who did what, when, and the aggregate's whole public-safe state after it.

    Subclasses declare the stream (`aggregate`, `owner`, `readers`, `key_fields`, `schema_version`, `kinds`) and three fields:
    `<aggregate>_change_kind`, `<aggregate>` (the state) and `prior_state`.
    """

    aggregate: ClassVar[str]
    owner: ClassVar[str]
    readers: ClassVar[tuple[str, ...]]
    key_fields: ClassVar[tuple[str, ...]]
    schema_version: ClassVar[str] = "1.0.0"
    kinds: ClassVar[Mapping[Any, Said]]

    schema_uri: Annotated[str, Field(pattern=r"^/office_actions/[a-z_]+/change/1\.[0-9]+\.[0-9]+$", max_length=128)] = Field(
        alias="$schema", description="The `$id` of the schema of this event, always an exact version."
    )
    meta: Meta = Field(description="Where the event belongs and what caused it.")
    dt: Moment = Field(description="When it happened, as the law counts time, UTC.")
    changelog_kind: Literal["insert", "update", "delete"] = Field(
        description="What the change does to the aggregate in a copy of the stream."
    )
    version: Ordinal = Field(description="Version of the aggregate after the change; without gaps within a key.")
    performer: Performer = Field(description="Who made the change.")
    cause: Cause | None = Field(None, description="The event that this one answers, if one does.")

    @classmethod
    def of(
        cls,
        kind: Kind,
        *,
        state: State,
        prior: State | None,
        version: int,
        dt: datetime,
        performer: Performer,
        request_id: str,
        event_id: UUID,
        meta_dt: datetime,
        domain: str = OUR_DOMAIN,
        cause: Cause | None = None,
        deleted: bool = False,
    ) -> Self:
        """Make the event that says `kind`, filling the envelope; `prior` is the whole state before, None at the first version.

        `prior_state` keeps what the fields that changed were before; a field that was absent has no before. `dt` is the law's
        time, `meta_dt` the wall's. Raises pydantic's ValidationError (a ValueError) for whatever may not be said.
        """
        aggregate = cls.aggregate
        changed = {} if prior is None else _what_changed(prior, state)
        changelog = "delete" if deleted else "insert" if version == 1 else "update"
        return cls.model_validate(
            {
                "$schema": cls.schema_id(),
                "meta": {"stream": cls.stream_name(), "id": event_id, "dt": meta_dt, "request_id": request_id, "domain": domain},
                "dt": dt,
                "changelog_kind": changelog,
                f"{aggregate}_change_kind": kind,
                "version": version,
                aggregate: state,
                "prior_state": changed or None,
                "performer": performer,
                "cause": cause,
            }
        )

    @classmethod
    def title(cls) -> str:
        """Schema title, such as `office_actions/case/change`."""
        return f"office_actions/{cls.aggregate}/change"

    @classmethod
    def schema_id(cls) -> str:
        """Exact schema, such as `/office_actions/case/change/1.0.0`."""
        return f"/{cls.title()}/{cls.schema_version}"

    @classmethod
    def stream_name(cls) -> str:
        """Stream without datacenter prefix, such as `office_actions.case_change.v1`."""
        return f"office_actions.{cls.aggregate}_change.v1"

    @model_validator(mode="after")
    def _is_consistent(self) -> Self:
        title, _, version = self.schema_uri.lstrip("/").rpartition("/")
        if title != self.title() or not version.startswith(self.schema_version.split(".")[0] + "."):
            raise ValueError(f"$schema must be a version 1 of /{self.title()}")
        if self.meta.stream != self.stream_name():
            raise ValueError(f"meta.stream must be {self.stream_name()}")
        if (self.changelog_kind == "insert") != (self.version == 1) and self.changelog_kind != "delete":
            raise ValueError("changelog_kind is insert at version 1 and only there")
        missing = [name for name in self.kinds[self.kind].needs if getattr(self.state, name) is None]
        if missing:
            raise ValueError(f"{self.kind} must carry {', '.join(missing)}")
        return self

    @property
    def kind(self) -> str:
        """The change kind, whatever the stream."""
        return str(getattr(self, f"{self.aggregate}_change_kind"))

    @property
    def state(self) -> Frozen:
        """The aggregate's state after the change, whatever the stream; typed under the aggregate's own name."""
        state: Frozen = getattr(self, self.aggregate)
        return state

    @property
    def is_canary(self) -> bool:
        """Whether this is a heartbeat of the platform, which a consumer drops."""
        return self.meta.domain == CANARY

    def key(self) -> dict[str, str]:
        """Kafka key as an object: the key fields of the aggregate."""
        return {name: str(getattr(self.state, name)) for name in self.key_fields}

    def key_bytes(self) -> bytes:
        """Kafka key as it is sent: canonical compact JSON of `key()`."""
        return _canonical(self.key())

    def to_bytes(self) -> bytes:
        """The event as it is sent: canonical compact JSON in UTF-8, absent fields left out, times with `Z`."""
        return _canonical(self.model_dump(mode="json", exclude_none=True))


AnyChange = Change[Any, Any]


def _what_changed(prior: Frozen, state: Frozen) -> dict[str, Any]:
    return {
        name: value for name in type(state).model_fields if (value := getattr(prior, name)) != getattr(state, name) and value is not None
    }


def _canonical(value: object) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
