"""Signals 部门数据: facts from other departments about a person, each an event; none of them decides anything."""
