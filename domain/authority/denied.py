"""Kinds of refusal for want of authority: each is recorded, and tells the auditor what was missing (法无授权不可为)."""

from domain.errors import NoAuthority


class NoPower(NoAuthority):
    """There is no such power item on that day."""

    code = "NO_POWER"
    zh = "该日没有生效的权力事项"
    en = "No such power item is in force on that day"


class NoGrant(NoAuthority):
    """The power exists, but nobody gave it to this post, here, on that day."""

    code = "NO_GRANT"
    zh = "该岗位在此地未获授权"
    en = "This post has no grant for this power here on that day"


class OverCeiling(NoAuthority):
    """The grant ends below this amount."""

    code = "OVER_CEILING"
    zh = "金额超过授权限额"
    en = "The amount is above the ceiling of the grant"


class KinExcluded(NoAuthority):
    """The post's holder is a relative of the household, or the applicant (回避)."""

    code = "KIN_EXCLUDED"
    zh = "经办人与申请人有利害关系，应当回避"
    en = "The post's holder is kin of the household or the applicant"


class SameHandler(NoAuthority):
    """Who investigated cannot be the only one who decides."""

    code = "SAME_HANDLER"
    zh = "调查人员不得单独作出决定"
    en = "Who investigated cannot be the only one who decides"
