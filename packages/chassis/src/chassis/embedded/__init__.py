"""PostgreSQL and Apache Kafka as wheels bring them, for one machine and for tests: an extra that no production image carries."""

from chassis.embedded.errors import EmbeddedError, StillInUseError
from chassis.embedded.kafka import Kafka
from chassis.embedded.postgres import Postgres
from chassis.embedded.servers import Servers, Status, down, start, status

__all__ = ["EmbeddedError", "Kafka", "Postgres", "Servers", "Status", "StillInUseError", "down", "start", "status"]
