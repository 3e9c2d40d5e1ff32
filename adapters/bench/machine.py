"""What the numbers were measured on."""

import os
import platform
import time
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import Any

import psycopg

from adapters.bench.ground import Ground

_SETTINGS = [
    "fsync",
    "synchronous_commit",
    "wal_sync_method",
    "full_page_writes",
    "shared_buffers",
    "max_wal_size",
    "server_version",
]
_PAGE = bytes(8192)


def describe(ground: Ground, probes: int = 200) -> dict[str, Any]:
    """Return processor, versions, the durability settings of the server, and how long a raw fsync takes."""
    with psycopg.connect(ground.url) as connection:
        rows = connection.execute("SELECT name, current_setting(name) FROM unnest(%s::text[]) AS name", (_SETTINGS,))
        settings: dict[str, str] = dict(rows.fetchall())
    return {
        "cpu": _cpu(),
        "cores": os.cpu_count(),
        "load": [round(load, 2) for load in os.getloadavg()],
        "python": platform.python_version(),
        "eventsourcing": version("eventsourcing"),
        "psycopg": version("psycopg"),
        "postgresql": settings,
        "fsync_probe_microseconds": round(fsync_probe(ground.home, probes) * 1e6),
    }


def fsync_probe(folder: Path, probes: int) -> float:
    """Return the median seconds of one 8 kB write and fsync; fsync, not fdatasync: the file grows."""
    path = folder / "fsync-probe"
    times = []
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        for _ in range(probes):
            start = time.perf_counter()
            os.write(handle, _PAGE)
            os.fsync(handle)
            times.append(time.perf_counter() - start)
    finally:
        os.close(handle)
        path.unlink()
    return median(times)


def _cpu() -> str:
    info = Path("/proc/cpuinfo")
    lines = info.read_text("utf-8").splitlines() if info.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()
