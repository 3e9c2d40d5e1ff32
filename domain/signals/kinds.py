"""Kinds of signals: who may send them, which facts they carry, what they may open 主动发现 or put in doubt 预警.

The departments and what each of them tells are DOMAIN §4.2; audit questions 1, 3, 11, 16, 25 and 27 (§4.1) say which
benefit a fact speaks for or against. Where a line goes further than that, it says "assumed".
"""

from collections.abc import Mapping
from typing import Literal

from domain.kernel import Value

DEPARTMENTS: dict[str, tuple[str, str]] = {
    "caizheng": ("财政", "Finance"),
    "canlian": ("残联", "Disabled persons' federation"),
    "gongan": ("公安", "Public security"),
    "jiaoyu": ("教育", "Education"),
    "minzheng": ("民政（殡葬等）", "Civil affairs (funeral homes and others)"),
    "nongye": ("农业农村", "Agriculture and rural affairs"),
    "renshe": ("人社", "Human resources and social security"),
    "shenji": ("审计", "Audit"),
    "sifa": ("司法", "Justice"),
    "weijian": ("卫健", "Health"),
    "yibao": ("医保", "Medical insurance"),
    "zhujian": ("住建（不动产）", "Housing (and real estate)"),
}
"""Slug -> Chinese and English words. Real estate registration comes with housing (assumed)."""

Shape = Literal["fen", "count", "date", "flag", "code"]
"""Of a fact: money, a number, ISO text of a day, yes or no, a division's digits."""

Shapes = Mapping[str, Shape | tuple[str, ...]]
"""Fact -> its shape, or the codes that it may have."""

EVERY = "*"
"""Stands for every matter, those that will be published later too."""

_CERTIFICATE: Shapes = {
    "class": ("visual", "hearing", "speech", "physical", "intellectual", "mental", "multiple"),  # GB/T 26341
    "grade": "count",
    "valid_until": "date",
}
_DISABILITY = ("canji-huli", "canji-shenghuo")
_BY_MEANS = ("dibao", "dibao-bianyuan", "gangxing-zhichu")
"""Matters that depend on what a household earns and owns."""
_OF_NO_PLACE = ("goumai-fuwu", "liulang", "minfei", "shetuan")
"""What a station or an organisation gets does not depend on hukou."""


class Lead(Value):
    """A matter that a signal may open. ``on``: only for whoever receives that. ``grades``: only of these grades."""

    matter: str
    on: str = ""
    grades: tuple[int, ...] = ()


class Kind(Value):
    """A kind. ``sources``: who may send it. ``facts``: all that it may carry (data minimisation, DOMAIN §3.7 art. 6).

    ``leads``: what it may open. ``warns``: running matters it puts in doubt; ``spared``: not these, where it is every.
    """

    zh: str
    en: str
    sources: tuple[str, ...]
    facts: Shapes = {}
    leads: tuple[Lead, ...] = ()
    warns: tuple[str, ...] = ()
    spared: tuple[str, ...] = ()


KINDS: dict[str, Kind] = {
    "death": Kind(
        zh="死亡",
        en="Death",
        # 公安户口注销, 卫健死亡证, 法院宣告死亡, 殡葬火化 (the earliest): three and more, at different times (§4.2).
        sources=("gongan", "weijian", "sifa", "minzheng"),
        facts={"hukou_cancelled": "flag"},
        warns=(EVERY,),
    ),
    "custody": Kind(
        zh="羁押或服刑",
        en="Custody",
        sources=("gongan", "sifa"),
        facts={"measure": ("detained", "sentenced", "detox"), "until": "date"},
        # Question 3 names no matters: those that pay for the living of the person (assumed).
        warns=("dibao", "tekun", *_DISABILITY, "zunlaojin", "yanglao-fuwu", "guer"),
    ),
    "disability_issued": Kind(
        zh="残疾人证核发",
        en="Disability certificate issued",
        sources=("canlian",),
        facts=_CERTIFICATE,
        # 生活补贴 for whoever is on 低保, 护理补贴 for grades 1 and 2 (§2.7); other grounds need an inquiry.
        leads=(Lead("canji-shenghuo", on="dibao"), Lead("canji-huli", grades=(1, 2))),
    ),
    "disability_changed": Kind(
        zh="残疾人证变更",
        en="Disability certificate changed",
        sources=("canlian",),
        facts=_CERTIFICATE,
        leads=(Lead("canji-huli", grades=(1, 2)),),
        warns=_DISABILITY,  # downgraded but paid: question 27
    ),
    "disability_expired": Kind(
        zh="残疾人证失效",
        en="Disability certificate expired",
        sources=("canlian",),
        facts={"valid_until": "date"},
        warns=_DISABILITY,
    ),
    "hukou_moved": Kind(
        zh="户籍迁移",
        en="Hukou moved",
        sources=("gongan",),
        facts={"moved_to": "code"},
        warns=(EVERY,),  # whatever is bound to a county: all but what has no place (assumed)
        spared=_OF_NO_PLACE,
    ),
    "medical_bill": Kind(
        zh="大额医疗支出",
        en="Large medical bill",
        sources=("yibao",),
        facts={"own_expense": "fen"},
        leads=(Lead("linshi-zhichu"), Lead("gangxing-zhichu")),
    ),
    "employment": Kind(
        zh="就业参保",
        en="Employment",
        sources=("renshe",),
        facts={"monthly_wage": "fen", "since": "date"},
        warns=_BY_MEANS,  # wages count; support is tapered off, not cut (渐退期, assumed): the verdict decides
    ),
    "property_hit": Kind(
        zh="房产命中",
        en="Property found",
        sources=("zhujian",),
        facts={"houses": "count"},
        warns=_BY_MEANS,
    ),
}


def warns(kind: str, matter: str) -> bool:
    """Tell whether such a signal puts a running matter in doubt."""
    known = KINDS[kind]
    return matter not in known.spared and (EVERY in known.warns or matter in known.warns)


def concerns(kind: str, matter: str) -> bool:
    """Tell whether such a signal may be judged for a matter: it may open it, or puts it in doubt."""
    return warns(kind, matter) or any(lead.matter == matter for lead in KINDS[kind].leads)
