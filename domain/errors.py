"""Refusals: every one has a stable code, a Chinese and an English sentence, and the legal basis where there is one.

Sentences never hold a personal value: they end up in problem documents, logs and the auditor's lists.
"""

from typing import ClassVar


class Refused(Exception):
    """A decision that says no. ``detail`` names steps, dates or amounts, never a person."""

    code: ClassVar[str] = "REFUSED"
    zh: ClassVar[str] = "不予办理"
    en: ClassVar[str] = "The request was refused"
    basis: str = ""

    def __init__(self, detail: str = "", *, basis: str = "") -> None:
        """Keep the detail and the legal basis (document and article)."""
        super().__init__(f"{self.code}: {detail}" if detail else self.code)
        self.detail = detail
        self.basis = basis or type(self).basis


class WrongOrder(Refused):
    """The step is not open yet, or not any more."""

    code = "WRONG_ORDER"
    zh = "当前环节不能办理此步骤"
    en = "This step cannot be taken now"


class SubjectErased(Refused):
    """The person was erased (个人信息保护法 art. 47): nothing is sealed for them again."""

    code = "SUBJECT_ERASED"
    zh = "该当事人的个人信息已依法抹除，不得再写入"
    en = "The person's data were erased: nothing may be written for them again"
    basis = "《个人信息保护法》第四十七条"


class UnknownCase(Refused):
    """There is no such case."""

    code = "UNKNOWN_CASE"
    zh = "没有此案卷"
    en = "There is no such case"


class UnknownPerson(Refused):
    """No case names such a person."""

    code = "UNKNOWN_PERSON"
    zh = "没有此人的档案"
    en = "No case names such a person"


class CaseExists(Refused):
    """A case with this id was opened before."""

    code = "CASE_EXISTS"
    zh = "案卷已存在"
    en = "The case exists already"


class CaseClosed(Refused):
    """The case has ended; only corrections, notes and archiving remain."""

    code = "CASE_CLOSED"
    zh = "案卷已办结"
    en = "The case has ended"


class NoAuthority(Refused):
    """The post may not do this, here (法无授权不可为)."""

    code = "NO_AUTHORITY"
    zh = "该岗位无权办理"
    en = "This post has no authority for this act"


class CollectiveNeeded(Refused):
    """The rule asks for a collective decision (研究会办)."""

    code = "COLLECTIVE_NEEDED"
    zh = "该事项须集体研究决定，请填写会同研究的岗位"
    en = "The rule asks for a collective decision: name the posts that decided together"


class StepNotForeseen(Refused):
    """The matter's rule has no such step."""

    code = "STEP_NOT_FORESEEN"
    zh = "该事项的规则没有此环节"
    en = "The rule of this matter has no such step"


class NoticeForbidden(Refused):
    """A public notice would harm a protected person (儿童隐私)."""

    code = "NOTICE_FORBIDDEN"
    zh = "该事项不得公示"
    en = "A public notice is forbidden here"


class OverlapRefused(Refused):
    """A person of the case already has a benefit that excludes this one (重复享受)."""

    code = "OVERLAP"
    zh = "申请人已享受不可重复享受的待遇"
    en = "A person of the case has a benefit that excludes this one"


class StaleVersion(Refused):
    """The case moved on since the caller looked at it."""

    code = "STALE_VERSION"
    zh = "案卷已有新的变动，请刷新后再办"
    en = "The case has changed since you read it"


class InvalidValue(Refused):
    """A value is malformed: the field is named, the value is not repeated."""

    code = "INVALID_VALUE"
    zh = "填写内容不正确"
    en = "A field has an invalid value"


class BadIdNumber(InvalidValue):
    """A citizen ID number that fails GB 11643 (length, date or check digit)."""

    code = "BAD_ID_NUMBER"
    zh = "公民身份号码不正确"
    en = "The citizen ID number is not valid"
    basis = "GB 11643"


class NoRule(Refused):
    """No rule version of the matter is in force there on that day."""

    code = "NO_RULE"
    zh = "该事项在此地此日没有生效的规则"
    en = "No rule version is in force for this matter, place and day"


class SeparateRegistrationNeeded(Refused):
    """The applicant is kin of a handler: 单独登记 comes first."""

    code = "SEPARATE_REGISTRATION_NEEDED"
    zh = "申请人与经办人员有近亲属关系，应当单独登记备案"
    en = "The applicant is kin of a handler: register the case separately"


class TooFewInvestigators(Refused):
    """A home visit needs two investigators who both sign."""

    code = "TOO_FEW_INVESTIGATORS"
    zh = "入户调查须由两名以上调查人员进行并签字"
    en = "A home visit needs at least two investigators, each signing"


class NoticeTooShort(Refused):
    """The public notice has not run its full time."""

    code = "NOTICE_TOO_SHORT"
    zh = "公示期未满"
    en = "The public notice has not run its full time"


class ObjectionOpen(Refused):
    """An objection has not been answered by a new inquiry, opinion and notice."""

    code = "OBJECTION_OPEN"
    zh = "公示异议尚未复查"
    en = "An objection has not been re-investigated"


class AmountMismatch(Refused):
    """The amount is not the one that the rule gives."""

    code = "AMOUNT_MISMATCH"
    zh = "金额与规则计算结果不符"
    en = "The amount is not what the rule gives"


class NotEligible(Refused):
    """By the rule there is nothing to grant."""

    code = "NOT_ELIGIBLE"
    zh = "按规则不符合条件"
    en = "By the rule the household is not eligible"


class ReasonMissing(Refused):
    """A refusal, ending or cut without a written reason (令649: 书面说明理由)."""

    code = "REASON_MISSING"
    zh = "须书面说明理由"
    en = "A written reason is required"


class DefectKnownBefore(Refused):
    """All defects are told at once (一次性告知): this one could be seen the first time."""

    code = "DEFECT_KNOWN_BEFORE"
    zh = "应当一次性告知全部补正内容"
    en = "All defects must be told at once"


class DocumentRefused(Refused):
    """A document of a type or size that is not taken, or whose content does not match its hash."""

    code = "DOCUMENT_REFUSED"
    zh = "材料不符合要求"
    en = "The document was not accepted"


class KeyReused(Refused):
    """An idempotency key was used before for something else."""

    code = "KEY_REUSED"
    zh = "幂等键已用于其他请求"
    en = "The idempotency key was used before for another request"


class Unavailable(Exception):
    """The log or a view cannot be reached now; trying again later is right."""

    code = "UNAVAILABLE"
    zh = "服务暂不可用，请稍后重试"
    en = "The service is not available now; try again"
