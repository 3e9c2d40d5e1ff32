"""What can be said of infra/compose.yaml without a daemon that runs it."""

import re
from typing import Any

import yaml

from tests.support.processes import ROOT

TEXT = (ROOT / "infra" / "compose.yaml").read_text("utf-8")
FILE: dict[str, Any] = yaml.safe_load(TEXT)
SERVICES: dict[str, dict[str, Any]] = FILE["services"]
IMAGES = {"postgres": "postgres:18", "kafka": "apache/kafka:4.1.1", "anjuan": "python:3.11-slim"}


def test_it_names_three_services_and_no_registry() -> None:
    assert {name: service["image"] for name, service in SERVICES.items()} == IMAGES
    assert not any("." in image.partition("/")[0] for image in IMAGES.values() if "/" in image)


def test_every_password_comes_from_the_environment_and_has_no_default() -> None:
    given = {
        key: value
        for service in SERVICES.values()
        for key, value in service["environment"].items()
        if re.search("PASS|SECRET|KEY|KEK", key)
    }
    assert given
    assert [key for key, value in given.items() if not re.fullmatch(r"\$\{\w+:\?[^}]*\}", value)] == []


def test_only_the_loopback_of_the_machine_is_published() -> None:
    published = [port for service in SERVICES.values() for port in service.get("ports", ())]
    assert [port for port in published if not port.startswith("127.0.0.1:")] == []


def test_what_is_to_last_lies_in_volumes_that_are_declared() -> None:
    mounts = [mount.split(":")[0] for service in SERVICES.values() for mount in service["volumes"]]
    assert set(mounts) == {*FILE["volumes"], ".."}


def test_anjuan_waits_for_both_servers_and_is_told_where_they_are() -> None:
    anjuan = SERVICES["anjuan"]
    assert set(anjuan["depends_on"]) == {"postgres", "kafka"}
    assert all("healthcheck" in SERVICES[name] for name in anjuan["depends_on"])
    assert anjuan["environment"]["ANJUAN_KAFKA"] == "kafka:9092"
    assert "@postgres/" in anjuan["environment"]["ANJUAN_DATABASE_URL"]


def test_its_kafka_is_set_as_the_one_of_the_script() -> None:
    of_places = {
        "listeners",
        "advertised.listeners",
        "controller.quorum.voters",
        "log.dirs",
        "metadata.log.dir",
        "heap.opts",
    }
    script = (ROOT / "infra" / "kafka" / "broker").read_text("utf-8")
    written = dict(re.findall(r"^([a-z][a-z.]+)=(.*)$", script.partition("<<SETTINGS")[2], re.MULTILINE))
    composed = {
        key.removeprefix("KAFKA_").replace("_", ".").lower(): str(value)
        for key, value in SERVICES["kafka"]["environment"].items()
    }
    for key in of_places:
        written.pop(key, None)
        composed.pop(key, None)
    assert composed == {key: value for key, value in written.items() if "." in key}
    version = re.search(r"<kafka\.version>(.+)</", (ROOT / "infra" / "kafka" / "pom.xml").read_text("utf-8"))
    assert version
    assert SERVICES["kafka"]["image"].endswith(f":{version[1]}")
