"""Why an act on a policy is refused."""

from domain.errors import Refused


class UnknownPolicy(Refused):
    """There is no such policy."""

    code = "UNKNOWN_POLICY"
    zh = "没有此政策"
    en = "There is no such policy"


class ResearchMissing(Refused):
    """A draft goes to nobody before somebody has looked (加强调研)."""

    code = "RESEARCH_MISSING"
    zh = "尚未调研，不能征求意见"
    en = "Research comes before the consultation"


class ConsultationMissing(Refused):
    """Both the grass roots and the superior organ are asked (上下通气)."""

    code = "CONSULTATION_MISSING"
    zh = "须同时向基层和上级征求意见"
    en = "The consultation must be opened both ways, down and up"


class ConsultationRunning(Refused):
    """The time that was announced has not passed."""

    code = "CONSULTATION_RUNNING"
    zh = "征求意见期限未满"
    en = "The announced time for comments has not passed"


class CommentsOpen(Refused):
    """Every comment is answered."""

    code = "COMMENTS_OPEN"
    zh = "尚有意见未答复"
    en = "A comment has not been answered"


class LegalityReviewMissing(Refused):
    """No rule comes into force without a legality review that it passed."""

    code = "LEGALITY_REVIEW_MISSING"
    zh = "未经合法性审核或审核未通过，不得公布"
    en = "The draft as it stands has not passed a legality review"
    basis = "国办发〔2018〕37号（行政规范性文件制定和监督管理）"


class DecisionMissing(Refused):
    """No rule comes into force without a collective decision."""

    code = "DECISION_MISSING"
    zh = "未经集体讨论决定，不得公布"
    en = "The draft as it stands has not been decided on together"
    basis = "国办发〔2018〕37号（行政规范性文件制定和监督管理）"


class PilotRunning(Refused):
    """A pilot is promoted or closed before anything else becomes of the policy."""

    code = "PILOT_RUNNING"
    zh = "试点尚未结束"
    en = "A pilot is running: promote it or close it first"


class NoPilot(Refused):
    """No pilot is running."""

    code = "NO_PILOT"
    zh = "没有进行中的试点"
    en = "No pilot is running"


class PilotNotMeasured(Refused):
    """An evaluation rests on figures."""

    code = "PILOT_NOT_MEASURED"
    zh = "试点尚无监测数据，不能评估"
    en = "The pilot has not been measured"


class PilotNotEvaluated(Refused):
    """What works becomes a norm, so it is to be shown that it works (行之有效的经验上升为政策性规范)."""

    code = "PILOT_NOT_EVALUATED"
    zh = "试点未经评估，不得上升为规范"
    en = "The pilot has not been evaluated"


class PilotNotCited(Refused):
    """The norm says which pilot it rests on."""

    code = "PILOT_NOT_CITED"
    zh = "规范须注明所依据的试点"
    en = "The norm does not cite the pilot that it rests on"
