"""The form of a case: which fields stand in which part, in which order, and which only when they are filled."""

LAYOUT: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        "household",
        (
            "organisation.name",
            "organisation.uscc",
            "mandate.agent_name",
            "mandate.relation",
            "kin_posts",
            "household.monthly_income",
        ),
    ),
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
    ("facts", ()),
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
            "decision.from_month",
            "decision.until",
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
            "screened",
        ),
    ),
    ("duties", ()),
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
        "organisation.name",
        "organisation.uscc",
        "mandate.agent_name",
        "mandate.relation",
        "kin_posts",
        "decision.from_month",
        "decision.until",
        "screened",
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
UNSHOWN = frozenset({"id", "done", "papers_when_told", "mandate.agent_subject", "organisation.subject", "duties"})
ALL_OPTIONAL = frozenset({"facts", "duties"})
"""Parts whose content the rule decides; without any they are left out."""
ZERO_IS_EMPTY = frozenset({"interviews", "notes", "deemed", "archived", "activities"})
SAID = (
    "text",
    "content",
    "findings",
    "unsigned_reason",
    "summary",
    "description",
    "reason",
    "signal",
    "basis",
    "source",
)
"""Fields of events in which people write: read in the course of the case, since its state keeps few of them."""
