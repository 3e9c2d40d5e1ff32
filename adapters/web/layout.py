"""The form of a case: which fields stand in which part, in which order, and which only when they are filled."""

LAYOUT: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("household", ("mandate.agent_name", "mandate.relation", "kin_posts", "household.monthly_income")),
    (
        "inquiry",
        (
            "received_on",
            "accepted_on",
            "comparison.authorised_on",
            "comparison.reported_on",
            "interviews",
            "deemed",
            "comparison.hits",
            "visits",
            "defects",
        ),
    ),
    (
        "notice",
        (
            "opinion.result",
            "opinion.persons",
            "opinion.monthly_income",
            "notice.objections",
            "notice.posted_on",
            "notice.until",
            "notice.closed_on",
            "notice.place",
            "opinion.reason",
        ),
    ),
    (
        "decision",
        (
            "decision.result",
            "decision.on",
            "decision.amount",
            "decision.served_on",
            "decision.published_on",
            "decision.reason",
        ),
    ),
    (
        "grant",
        (
            "grant.status",
            "grant.amount",
            "grant.from_month",
            "review.due_on",
            "review.completed_on",
            "review.outcome",
            "grant.reason",
            "changes",
            "end_reason",
        ),
    ),
    ("documents", ("documents", "corrections", "notes", "archived")),
)
LEGACY = ("activity", "activities")
HEAD = ("matter", "channel", "assignee", "rule", "division")
GLANCE = ("stage", "due")
WIDE = frozenset(
    ("defects", "visits", "documents", "corrections", "division", "notice.place", "opinion.reason", "decision.reason")
)
IF_FILLED = frozenset(
    (
        "mandate.agent_name",
        "mandate.relation",
        "kin_posts",
        "deemed",
        "comparison.hits",
        "defects",
        "opinion.reason",
        "decision.reason",
        "review.completed_on",
        "review.outcome",
        "grant.reason",
        "changes",
        "end_reason",
        "corrections",
        "notes",
        "archived",
    )
)
"""What most cases never have: its cell appears with its first value."""
UNSHOWN = frozenset({"id", "done", "papers_when_told", "mandate.agent_subject"})
ZERO_IS_EMPTY = frozenset({"interviews", "notes", "deemed", "archived", "activities"})
SAID = ("text", "content", "findings", "unsigned_reason", "summary", "description", "reason", "basis")
"""Fields of events in which people write: read in the course of the case, since its state keeps few of them."""
