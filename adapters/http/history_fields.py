"""Histories as JSON shows them: for the API and for ``--json``."""

from application.replay import Step


def history_fields(steps: list[Step]) -> dict[str, object]:
    """Return a replay as JSON shows it."""
    last = steps[-1] if steps else None
    return {
        "version": last.recorded.seq if last else 0,
        "position": last.recorded.position if last else 0,
        "state": last.state if last else None,
        "events": [event_fields(step) for step in steps],
    }


def event_fields(step: Step) -> dict[str, object]:
    """Return a step as JSON shows it."""
    recorded, meta = step.recorded, step.recorded.meta
    return {
        "seq": recorded.seq,
        "position": recorded.position,
        "type": recorded.type,
        "occurred_at": meta.occurred_at,
        "recorded_at": recorded.recorded_at,
        "actor": meta.actor,
        "post": meta.post,
        "organ": meta.organ,
        "power": meta.authority.power if meta.authority else "",
        "rule": meta.rule,
        "command_id": meta.command_id,
        "data": recorded.event,
        "changes": [{"field": c.field, "before": c.before, "after": c.after} for c in step.changes],
    }
