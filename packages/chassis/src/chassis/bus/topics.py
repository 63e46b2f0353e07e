"""The topics: six partitions, kept for ever, never compacted; made by `office topics`, never by a stray producer."""

from collections.abc import Sequence

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import TopicAlreadyExistsError, for_code

from chassis.bus.kafka import connection_options
from chassis.settings import Settings

PARTITIONS = 6
CONFIG = {"retention.ms": "-1", "cleanup.policy": "delete", "max.message.bytes": "1048588", "min.insync.replicas": "1"}


async def make_topics(settings: Settings, streams: Sequence[str], *, replicas: int = 1, dry_run: bool = False) -> list[str]:
    """Make the missing topics of these streams, for every datacenter that is read or written; tell which were made (or would be).

    `replicas` is 3 on a cluster; then two must be in sync for an acknowledgement.
    """
    prefixes = sorted({*settings.datacenters, settings.datacenter})
    names = [f"{prefix}.{stream}" if prefix else stream for stream in streams for prefix in prefixes]
    config = CONFIG | {"min.insync.replicas": str(max(1, replicas - 1))}
    admin = AIOKafkaAdminClient(**connection_options(settings))
    await admin.start()
    try:
        there = set(await admin.list_topics())
        missing = [name for name in names if name not in there]
        if missing and not dry_run:
            answer = await admin.create_topics([NewTopic(name, PARTITIONS, replicas, topic_configs=config) for name in missing])
            for error in answer.topic_errors:
                if error[1] == TopicAlreadyExistsError.errno:
                    # Another process was first, or a broker's list did not have it yet: not made by us.
                    missing.remove(error[0])
                elif error[1]:
                    raise for_code(error[1])(error[0])
        return missing
    finally:
        await admin.close()
