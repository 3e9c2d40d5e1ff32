"""Refusals of signals. None of them repeats what was sent."""

from domain.errors import InvalidValue, KeyReused, NoAuthority, Refused


class BadSignal(InvalidValue):
    """A message that is no signal. ``detail`` has the JSON path, never the value."""

    code = "BAD_SIGNAL"
    zh = "部门数据格式不正确"
    en = "The message is not a well-formed signal"


class WrongDepartment(NoAuthority):
    """The department may not send this kind, or speaks for another one."""

    code = "WRONG_DEPARTMENT"
    zh = "该部门不得报送此类数据"
    en = "This department may not send such signals"


class SignalChanged(KeyReused):
    """The department has sent another content under this id before."""

    code = "SIGNAL_CHANGED"
    zh = "该编号此前报送的内容与本次不同"
    en = "Another content was sent under this id before"


class UnknownSignal(Refused):
    """There is no such signal."""

    code = "UNKNOWN_SIGNAL"
    zh = "没有此条部门数据"
    en = "There is no such signal"


class NotVerified(Refused):
    """What nobody has verified cannot be confirmed."""

    code = "NOT_VERIFIED"
    zh = "该数据尚未核实，不得认定属实"
    en = "The signal has not been verified: it cannot be confirmed"


class AlreadyVerified(Refused):
    """It was verified on another day, or otherwise."""

    code = "ALREADY_VERIFIED"
    zh = "该数据已经核实"
    en = "The signal has been verified already"


class VerdictGiven(Refused):
    """It was judged for this matter, or for all."""

    code = "VERDICT_GIVEN"
    zh = "该数据已有人工认定结论"
    en = "The signal has been judged already"


class VerdictMissing(Refused):
    """A decision rests on a signal that is not of this household, or that nobody has confirmed for this matter."""

    code = "VERDICT_MISSING"
    zh = "该数据未经人工认定属实，不得据此作出不利决定"
    en = "Nobody has confirmed the signal for this case: no adverse decision may rest on it"
    basis = "《个人信息保护法》第二十四条"  # no decision by automated means alone
