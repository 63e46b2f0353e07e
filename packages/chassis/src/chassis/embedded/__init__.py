"""PostgreSQL and Apache Kafka as wheels bring them, for one machine and for tests: an extra that no production image carries."""

from chassis.embedded.errors import EmbeddedError, StillInUseError
from chassis.embedded.servers import EmbeddedKafka, EmbeddedPostgres, Servers, Status, down, start, status

__all__ = ["EmbeddedError", "EmbeddedKafka", "EmbeddedPostgres", "Servers", "Status", "StillInUseError", "down", "start", "status"]
