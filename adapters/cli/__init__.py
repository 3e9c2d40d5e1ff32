"""Subcommands of ``anjuan``, one module each."""
