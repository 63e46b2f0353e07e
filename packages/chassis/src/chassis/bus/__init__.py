"""The way between services: Kafka, or the local hop behind the same three calls."""

from chassis.bus.record import Away, Bus, Consumer, Incoming, Place, Record

__all__ = ["Away", "Bus", "Consumer", "Incoming", "Place", "Record"]
