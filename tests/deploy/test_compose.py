"""What can be known of the containers without an engine that runs them."""

import re
import tomllib
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
import yaml
from chassis.settings import SERVICES, Settings
from office.cli import app
from pydantic_settings import BaseSettings

TOP = Path(__file__).parents[2]
COMPOSE = yaml.safe_load((TOP / "compose.yaml").read_text())
DOCKERFILE = (TOP / "deploy/Dockerfile").read_text()
GATEWAY = (TOP / "deploy/gateway.conf").read_text()
OURS: dict[str, Any] = {name: one for name, one in COMPOSE["services"].items() if "build" in one}
PINNED = re.compile(r"[a-z0-9./-]+:v?\d+\.\d+(\.\d+)?(-[a-z0-9.-]+)?")


def _variables() -> set[str]:
    """Every OFFICE_ variable that some settings class reads."""
    kinds: list[type[BaseSettings]] = [Settings]
    for name in SERVICES:
        if find_spec(f"{name}_svc.settings") is not None:
            found = vars(import_module(f"{name}_svc.settings")).values()
            kinds += [one for one in found if isinstance(one, type) and issubclass(one, BaseSettings) and one is not BaseSettings]
    return {f"{kind.model_config['env_prefix']}{field}".upper() for kind in kinds for field in kind.model_fields}


def _options(command: list[str]) -> dict[str, str]:
    return dict(zip(command[1::2], command[2::2], strict=True))


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize("role", ["api", "worker"])
def test_every_service_runs_as_api_and_as_worker(service: str, role: str) -> None:
    wanted = {"--service": service, "--role": role}
    command = OURS[f"{service}-{role}"]["command"]
    assert command[0] == "up"
    assert wanted.items() <= _options(command).items()
    # An API is heard by the gateway, a worker by whoever reads its figures; neither opens a port on the machine.
    assert _options(command)["--host"] == "0.0.0.0"  # noqa: S104  # inside a container


@pytest.mark.parametrize("name", OURS)
def test_every_command_is_one_that_office_has(name: str) -> None:
    command, bound, ignored = app.parse_args([str(word) for word in OURS[name]["command"]], exit_on_error=False, print_error=False)
    assert command is not None
    assert not ignored
    assert bound is not None


def test_every_office_variable_is_a_setting() -> None:
    known = _variables()
    used = {variable for one in OURS.values() for variable in one["environment"] if variable.startswith("OFFICE_")}
    assert used
    assert used <= known
    said = set(re.findall(r"\bOFFICE_[A-Z_]+\b", DOCKERFILE))
    assert said <= known


@pytest.mark.parametrize("name", OURS)
def test_no_password_stands_in_the_environment(name: str) -> None:
    for variable, value in OURS[name]["environment"].items():
        assert not re.search(r"://[^/@]*:[^/@]*@", str(value)), variable
        assert variable.endswith("_FILE") or not re.search(r"PASSWORD|SECRET$|TOKEN", variable), variable


def test_only_the_administrators_commands_know_the_administrator() -> None:
    knowing = {
        name for name, one in OURS.items() if "PGPASSFILE" in one["environment"] or any("admin" in str(v) for v in one.get("volumes", ()))
    }
    assert knowing == {"migrate", "office"}
    for name in set(OURS) - knowing:
        assert all(str(volume).endswith(":ro") for volume in OURS[name].get("volumes", ())), name


def test_the_services_find_each_other() -> None:
    for name in SERVICES:
        assert OURS["ban-worker"]["environment"][f"OFFICE_{name.upper()}_URL"] == f"http://{name}-api:8080"


@pytest.mark.parametrize("name", COMPOSE["services"])
def test_every_image_is_pinned(name: str) -> None:
    image = COMPOSE["services"][name]["image"]
    assert PINNED.fullmatch(image), image


@pytest.mark.parametrize("name", OURS)
def test_our_containers_have_no_rights_to_spare(name: str) -> None:
    one = OURS[name]
    assert one["read_only"] is True
    assert one["cap_drop"] == ["ALL"]
    assert one["security_opt"] == ["no-new-privileges:true"]
    assert not one["user"].startswith(("0", "root"))
    assert "ports" not in one


def test_nothing_starts_before_what_it_stands_on() -> None:
    for name, one in OURS.items():
        if name.endswith(("-api", "-worker")):
            assert {needed: said["condition"] for needed, said in one["depends_on"].items()} == {
                "migrate": "service_completed_successfully",
                "topics": "service_completed_successfully",
            }
    for needed in ("postgres", "kafka"):
        assert "healthcheck" in COMPOSE["services"][needed]


def test_doors_are_open_on_this_machine_alone() -> None:
    ports = [port for one in COMPOSE["services"].values() for port in one.get("ports", ())]
    assert ports
    assert all(port.startswith("127.0.0.1:") for port in ports)
    assert COMPOSE["networks"]["data"]["internal"] is True
    assert COMPOSE["services"]["postgres"]["networks"] == COMPOSE["services"]["kafka"]["networks"] == ["data"]


def test_every_mounted_file_of_ours_is_there() -> None:
    mounted = [str(volume).split(":")[0] for one in COMPOSE["services"].values() for volume in one.get("volumes", ())]
    of_ours = [path for path in mounted if path.startswith("./") and "/secrets/" not in path]
    assert of_ours == ["./deploy/gateway.conf"]
    assert all((TOP / path).is_file() for path in of_ours)


@pytest.mark.parametrize("service", SERVICES)
def test_the_gateway_knows_every_service(service: str) -> None:
    prefix = "bans" if service == "ban" else service
    assert f"location /{prefix}/ {{ proxy_pass ${service}; }}" in GATEWAY
    assert f"set ${service} http://{service}-api:8080;" in GATEWAY


def test_the_gateway_logs_no_query_and_hands_on_no_clock() -> None:
    written = re.search(r"log_format office '([^']*)'", GATEWAY)
    assert written is not None
    assert not re.search(r"\$(request|request_uri|args|query_string|arg_\w+|http_\w+)\b", written[1])
    assert "/metrics {" not in GATEWAY
    assert "/readyz {" not in GATEWAY
    assert re.search(r"location ~ \^/\[a-z\]\+/v1/dev/ \{ return 404; \}", GATEWAY)


def test_the_postgres_of_compose_is_the_one_of_the_tests() -> None:
    assert COMPOSE["services"]["postgres"]["image"].startswith("postgres:18.")
    # Where PostgreSQL 18 keeps its data: a volume one folder deeper, as before 18, would be lost with the container.
    assert COMPOSE["services"]["postgres"]["volumes"] == ["postgres:/var/lib/postgresql"]


def test_the_kafka_of_compose_is_the_one_of_the_tests() -> None:
    jars = (TOP / "packages/chassis/src/chassis/embedded/jars.sha256").read_text()
    version = re.search(r"kafka-clients-([\d.]+)\.jar", jars)
    assert version is not None
    assert COMPOSE["services"]["kafka"]["image"] == f"apache/kafka:{version[1]}"
    assert COMPOSE["services"]["kafka"]["environment"]["KAFKA_AUTO_CREATE_TOPICS_ENABLE"] == "false"


def test_the_image_is_named_for_the_version_it_holds() -> None:
    version = tomllib.loads((TOP / "pyproject.toml").read_text())["project"]["version"]
    assert {one["image"] for one in OURS.values()} == {f"office-actions:{version}"}
