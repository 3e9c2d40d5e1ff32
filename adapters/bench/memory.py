"""The most memory that a process has had."""


def peak_mb(pid: int | None = None) -> float:
    """Return the peak of resident memory in MB, of this process or of another.

    Not from ``getrusage``: there, a process begins with the peak of the one that it was forked from.
    """
    with open(f"/proc/{pid or 'self'}/status", encoding="ascii") as lines:  # noqa: PTH123  the kernel's own file
        return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024
