"""A real Kafka broker for tests: `infra/kafka/broker` on a folder and a port of its own, gone afterwards."""

import os
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient
from kafka import KafkaAdminClient
from kafka.admin import NewTopic

from tests.support.processes import ROOT

SCRIPT = ROOT / "infra" / "kafka" / "broker"
PATIENCE_SECONDS = 60
FETCHING_SECONDS = 600
"""The first start on a machine fetches the jars."""
UNAVAILABLE = 69
# A second sooner up; what the compiler would gain later, a test does not live to see.
QUICK = "-XX:+UseSerialGC -XX:TieredStopAtLevel=1"
# Below the ports that the system gives to outgoing connections: a client that tries again and again while the broker is
# down could be given the broker's port, and would connect to itself.
_PORTS = range(20000, 32000)


@dataclass
class Broker:
    """A broker; one that is not ours is neither stopped nor started."""

    address: str
    _folder: Path | None = None
    _controller_port: int = 0
    _process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    def start(self) -> None:
        """Start on the same folder and port, and return when it answers."""
        folder = self._ours()
        assert self._process is None, "it runs"
        port = self.address.rpartition(":")[2]
        with self._said.open("wb") as said:
            self._process = subprocess.Popen(
                [*_dying_with_us(), SCRIPT, folder, port, str(self._controller_port)],
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=said,
                env={"KAFKA_OPTS": QUICK, **os.environ},
                start_new_session=True,
            )
        self._wait(self._process)

    def stop(self) -> None:
        """End it in order."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """Kill -9."""
        self._end(signal.SIGKILL)

    def fail_to_start_another(self) -> str:
        """What a second one on the same folder says, which has ports of its own and ends in failure."""
        command: list[str | Path] = [SCRIPT, self._ours(), str(_free_port()), str(_free_port())]
        run = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=False)
        assert run.returncode != 0
        return run.stderr

    @property
    def runs(self) -> bool:
        """Whether a process of ours runs."""
        return self._process is not None

    @property
    def _said(self) -> Path:
        return self._ours() / "said"

    def _ours(self) -> Path:
        if self._folder is None:
            pytest.skip("ANJUAN_TEST_KAFKA names a broker that is not ours to start and end")
        return self._folder

    def _end(self, number: signal.Signals) -> None:
        self._ours()
        process, self._process = self._process, None
        assert process is not None, "it does not run"
        if process.poll() is None:
            os.killpg(process.pid, number)  # it leads its group, which Maven may be in
            process.wait(PATIENCE_SECONDS)

    def _wait(self, process: subprocess.Popen[bytes]) -> None:
        until = time.monotonic() + FETCHING_SECONDS
        while not _answers(self.address):
            if process.poll() is not None:
                self._process = None
                _missing_or_broken(process.returncode, self._said.read_text("utf-8", "replace"))
            assert time.monotonic() < until, self._said.read_text("utf-8", "replace")
            time.sleep(0.02)


@contextmanager
def broker() -> Iterator[Broker]:
    """A running broker: the one of ANJUAN_TEST_KAFKA, or one of its own."""
    address = os.environ.get("ANJUAN_TEST_KAFKA")
    if address:
        yield Broker(address)
        return
    folder = Path(tempfile.mkdtemp(prefix="anjuan-kafka-"))
    own = Broker(f"127.0.0.1:{_free_port()}", folder, _free_port())
    try:
        own.start()
        yield own
    finally:
        if own.runs:
            own.kill()  # its data goes too, so nobody needs an end in order
        shutil.rmtree(folder, ignore_errors=True)


def unique(name: str) -> str:
    """A name that no other test has, for topics, groups and transactional ids."""
    return f"{name}-{uuid.uuid4().hex[:12]}"


def make_topic(address: str, name: str, partitions: int = 1, **settings: str) -> str:
    """Make a topic with settings such as ``retention_ms``; its unique name."""
    topic = unique(name)
    configs = {key.replace("_", "."): value for key, value in settings.items()}
    with closing(KafkaAdminClient(bootstrap_servers=address)) as admin:
        admin.create_topics([NewTopic(topic, partitions, 1, topic_configs=configs)])
        admin.wait_for_topics([topic])
    return topic


def _missing_or_broken(code: int, said: str) -> None:
    if code == UNAVAILABLE and os.environ.get("ANJUAN_REQUIRE_KAFKA") != "1":
        pytest.skip(f"NO KAFKA: what goes through it is not tested ({said.splitlines()[-1]})")
    pytest.fail(f"Kafka ended with {code} at its start:\n{said}")


def _answers(address: str) -> bool:
    host, _, port = address.rpartition(":")
    try:
        socket.create_connection((host, int(port)), 1).close()
        # Not kafka-python: its clients leak sockets and threads when they find nobody.
        return bool(AdminClient({"bootstrap.servers": address}).list_topics(timeout=5).brokers)
    except (OSError, KafkaException):
        return False


def _dying_with_us() -> list[str]:
    """What kills the broker when the tests are killed; nothing where it is missing."""
    return ["setpriv", "--pdeathsig", "KILL"] if shutil.which("setpriv") else []


def _free_port() -> int:
    while True:
        port = secrets.choice(_PORTS)
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if probe.connect_ex(("127.0.0.1", port)):
                return port
