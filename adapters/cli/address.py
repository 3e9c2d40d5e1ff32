"""Whether the server's address is free, asked before there is anything to undo."""

import errno
import socket

import click


def free_or_fault(host: str, port: int) -> None:
    """Raise click.ClickException when another process listens there; other faults are the server's to tell."""
    try:
        for family, _, _, _, address in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM):
            _try(family, address)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            fault = f"ADDRESS_IN_USE: 端口已被占用，请用 --port 另选 / the port is taken, choose with --port: {port}"
            raise click.ClickException(fault) from error


def _try(family: socket.AddressFamily, address: tuple[str | int | bytes, ...]) -> None:
    """Bind as the server will, and let go."""
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            probe.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        probe.bind(address)
