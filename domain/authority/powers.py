"""Power items 权力事项 and grants: nothing without authority (法无授权不可为).

An act needs role AND power item in force AND division AND grant in force AND amount within the ceiling, on its day.
"""

from datetime import date
from typing import Literal

from domain.authority.posts import Role
from domain.kernel import Fen, Value

Power = Literal["accept", "inquire", "notice", "decide", "pay", "record", "supervise"]
"""受理 / 调查核对 / 公示 / 审核确认 / 发放 / 登记管理 / 监督: what an act exercises. An item's id: ``matter.power``."""

Form = Literal["statutory", "entrusted", "devolved"]
"""法定 / 委托 / 下放. Entrusted: in the grantor's name, who answers an appeal. Devolved: in the grantee's own name."""

Change = Literal["lower", "devolve", "reduce", "transfer"]
"""降 / 放 / 减 / 转."""


class PowerItem(Value):
    """A power of the 权责清单: what may be done at all, from one date, up to and without another."""

    id: str
    matter: str
    power: Power
    zh: str
    en: str
    basis: str
    valid_from: date
    valid_to: date | None = None
    nature: str = "行政给付"
    verified: bool = True


class PowerChange(Value):
    """A dated change of a power item (降放减转): how it was, how it is, on which basis, from when."""

    item: str
    kind: Change
    before: str
    after: str
    basis: str
    effective: date


class Grant(Value):
    """Who may exercise a power item, where: posts of a role, of divisions within ``region``.

    ``ceiling``: fen per decision, None without one. ``sample_percent``: share of the decisions that the grantor must
    inspect (放 with 管). ``pending``: also for cases accepted before it began; otherwise those end where they began.
    """

    id: str
    item: str
    role: Role
    region: str
    form: Form
    grantor: str
    in_name_of: str
    basis: str
    valid_from: date
    valid_to: date | None = None
    ceiling: Fen | None = None
    sample_percent: int = 0
    pending: bool = False
    seal: str = ""
    verified: bool = True
