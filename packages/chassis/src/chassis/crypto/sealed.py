"""A text at rest: opaque everywhere but in `reveal`, which asks whether the access was logged."""

from typing import Any, NoReturn, Self
from uuid import UUID

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema
from sqlalchemy import LargeBinary
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

from chassis.crypto.keyring import Unopenable

FORMAT = 1
HEAD_BYTES = 17


class Sealed:
    """A sealed text, bound to its data key and its place. It prints, compares and stores as ciphertext, and never opens by itself."""

    __slots__ = ("_blob",)

    def __init__(self, blob: bytes) -> None:
        """`blob` is what a column of type `SealedText` holds.

        Raises:
            Unopenable: no data key sealed these bytes.
        """
        if len(blob) < HEAD_BYTES or blob[0] != FORMAT:
            raise Unopenable
        self._blob = bytes(blob)

    @property
    def key_id(self) -> UUID:
        """Id of the data key, which is the id of the case, person or matter that the text belongs to."""
        return UUID(bytes=self._blob[1:HEAD_BYTES])

    @property
    def blob(self) -> bytes:
        """The bytes as stored: format, data key's id, nonce, ciphertext with its tag."""
        return self._blob

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sealed) and other._blob == self._blob

    def __hash__(self) -> int:
        return hash(self._blob)

    def __repr__(self) -> str:
        return "<sealed>"

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        return self

    def __reduce__(self) -> NoReturn:
        raise TypeError("a sealed text does not leave its process; reveal it where its access is logged")

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Accept sealed values alone, and refuse to become JSON: an answer that holds one was built without `reveal`."""
        return core_schema.is_instance_schema(
            cls, serialization=core_schema.plain_serializer_function_ser_schema(_refuse, when_used="json-unless-none")
        )


def _refuse(value: Sealed) -> NoReturn:
    raise TypeError(f"{value!r} has no JSON; reveal it where its access is logged")


class SealedText(TypeDecorator[Sealed]):
    """The column type of a sealed text: `name: Sealed = Field(sa_type=SealedText)`. A plain text is refused."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> bytes | None:  # noqa: ARG002  # the library's signature
        """Give the ciphertext to the driver."""
        if value is None:
            return None
        if not isinstance(value, Sealed):
            raise TypeError("only what a data key has sealed goes into this column")
        return value.blob

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> Sealed | None:  # noqa: ARG002  # the library's signature
        """Wrap what the driver gives."""
        return None if value is None else Sealed(value)

    @property
    def python_type(self) -> type[Sealed]:
        """What a row's attribute is."""
        return Sealed
