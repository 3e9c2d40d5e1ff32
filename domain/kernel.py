"""The few shapes that everything else is made of: values, events, commands, identities and what surrounds an event."""

from datetime import datetime
from typing import Annotated, Any, ClassVar, NewType, TypeVar, dataclass_transform

import msgspec

CaseId = NewType("CaseId", str)
SubjectId = NewType("SubjectId", str)
PostId = NewType("PostId", str)
Fen = NewType("Fen", int)
"""Money in integer fen 分 (1 yuan = 100 fen)."""

T = TypeVar("T")
Personal = Annotated[T, msgspec.Meta(extra={"personal": True})]
"""Marks a field that belongs to the subject named by its Struct. How it is stored is known to the codec alone."""


@dataclass_transform(frozen_default=True, field_specifiers=(msgspec.field,))
class _Frozen(msgspec.StructMeta):
    """Makes every Struct below it immutable, and lets the type checker know."""

    # msgspec types the options and the result of its metaclass as Any.
    def __new__(
        cls,
        name: str,
        bases: tuple[type, ...],
        namespace: dict[str, Any],
        **config: Any,  # noqa: ANN401 msgspec types it so
    ) -> Any:  # noqa: ANN401 msgspec types it so
        # Frozen values form no cycles, so the garbage collector need not track them: histories decode and fold faster.
        return super().__new__(cls, name, bases, namespace, **{"frozen": True, "gc": False, **config})


class Value(msgspec.Struct, metaclass=_Frozen, omit_defaults=True):
    """A value without identity."""


class Event(msgspec.Struct, metaclass=_Frozen, omit_defaults=True):
    """Something that happened. ``TYPE`` and ``SCHEMA`` are stored for ever and never derived from a Python name."""

    TYPE: ClassVar[str]
    SCHEMA: ClassVar[int] = 1


class Command(msgspec.Struct, metaclass=_Frozen, forbid_unknown_fields=True):
    """A wish. Its fields are the body of the HTTP request, the options of the CLI and the fields of the form."""


class Authority(Value):
    """The power an act was done under (DESIGN §4): power item, grant, in whose name."""

    power: str
    grant: str = ""
    in_name_of: str = ""


class Meta(Value):
    """What surrounds every event. ``occurred_at``: when it happened, told by the actor; UTC."""

    event_id: str
    occurred_at: datetime
    actor: str
    command_id: str
    post: str = ""
    organ: str = ""
    authority: Authority | None = None
    rule: str = ""
    correlation: str = ""
    causation: str = ""


class Fact(Value):
    """An event with its surroundings, before it has a position."""

    event: Event
    meta: Meta


class Recorded(msgspec.Struct, metaclass=_Frozen):
    """An event as the log gives it back. ``seq``: its version in the stream; ``recorded_at``: the server's time."""

    position: int
    stream: str
    seq: int
    type: str
    recorded_at: datetime
    event: Event
    meta: Meta
