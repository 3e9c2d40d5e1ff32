"""What verifying tells: what was looked at, and what is wrong, with the first position where it is."""

from typing import Literal

from domain.kernel import Value

FaultCode = Literal[
    "LOG_EMPTY",
    "LOG_UNREADABLE",
    "POSITION_MISSING",
    "VERSION_MISSING",
    "STATE_ALTERED",
    "RECORD_ALTERED",
    "CHAIN_BROKEN",
    "TIME_WENT_BACK",
    "HEAD_DIFFERS",
    "STREAM_TAIL",
    "TILE_DIFFERS",
    "CHECKPOINT_DIFFERS",
    "CHECKPOINT_BEYOND",
    "SIGNATURE_MISSING",
    "SIGNATURE_BAD",
    "KEY_RETIRED",
    "WITNESS_MISSING",
    "HEADS_DIFFER",
    "DECISION_FAULTY",
    "VIEW_DIFFERS",
    "FIELD_ALTERED",
    "FIELD_MISSING",
    "FIELD_ERASED",
    "FIELD_RETURNED",
    "KEY_RETURNED",
    "LINKS_DIFFER",
    "EXPIRED_EARLY",
    "BUNDLE_ALTERED",
    "BUNDLE_INCOMPLETE",
    "PROOF_BAD",
    "CONSISTENCY_MISSING",
]
"""Stable codes; the words for people are in ``WORDS``."""

WORDS: dict[str, tuple[str, str]] = {
    "LOG_EMPTY": ("日志为空：没有可供核验的内容", "the log is empty: there is nothing to verify"),
    "LOG_UNREADABLE": ("日志无法读取", "the log cannot be read"),
    "POSITION_MISSING": ("日志缺少位置", "a position of the log is missing"),
    "VERSION_MISSING": ("流缺少版本", "a version of a stream is missing"),
    "STATE_ALTERED": ("事件内容与记录的摘要不符", "the state is not the one that the record names"),
    "RECORD_ALTERED": ("记录与事件各列不符", "the record does not tell what the event's row tells"),
    "CHAIN_BROKEN": ("记录链断裂", "the record does not follow the one before it in its stream"),
    "TIME_WENT_BACK": ("记录时间倒退", "the recorded time goes back"),
    "HEAD_DIFFERS": ("日志末端登记与事件不符", "the log's end is not where its head says"),
    "STREAM_TAIL": ("流末端登记与事件不符", "a stream does not end where the log says"),
    "TILE_DIFFERS": ("哈希树与记录不符", "the tree's hash is not that of the record"),
    "CHECKPOINT_DIFFERS": ("检查点的根与日志不符", "the root of the checkpoint is not that of the log"),
    "CHECKPOINT_BEYOND": ("日志短于检查点", "the log is shorter than the checkpoint"),
    "SIGNATURE_MISSING": ("检查点缺少应有的签名", "the checkpoint lacks a signature that it must have"),
    "SIGNATURE_BAD": ("签名无效", "a signature is not the key's"),
    "KEY_RETIRED": ("检查点由已停用的密钥签名", "the checkpoint is signed with a key after its end"),
    "WITNESS_MISSING": ("见证签名不足", "too few witnesses have signed"),
    "HEADS_DIFFER": ("流末端封存事件与日志不符", "the sealed heads are not those of the log"),
    "DECISION_FAULTY": ("行为与当日规则不符", "an act is not in order by the rule of its day"),
    "VIEW_DIFFERS": ("视图与日志不符", "a view is not what the log says"),
    "FIELD_ALTERED": ("密文与事件中的承诺不符", "a sealed field is not what the state commits to"),
    "FIELD_MISSING": ("缺少事件承诺的密文", "a sealed field that the state commits to is missing"),
    "FIELD_ERASED": ("密文被删除，但没有抹除事件", "a sealed field is gone without an event that erases it"),
    "FIELD_RETURNED": ("已抹除当事人的密文又出现", "a sealed field of an erased person is there again"),
    "KEY_RETURNED": ("已抹除当事人的密钥又出现", "a key of an erased person is there again"),
    "LINKS_DIFFER": ("查阅留痕的索引与记录不符", "whom a read was about is not what its record says"),
    "EXPIRED_EARLY": ("查阅留痕未到期即被清除", "a read was let go before its time, or untold"),
    "BUNDLE_ALTERED": ("证据包文件被改动、增减", "a file of the bundle was altered, added or dropped"),
    "BUNDLE_INCOMPLETE": ("证据包缺少流末端的事件", "the bundle lacks events at the end of its stream"),
    "PROOF_BAD": ("收录证明不成立", "the proof of inclusion does not hold"),
    "CONSISTENCY_MISSING": ("缺少自所持检查点起的一致性证明", "no proof that the log goes on from the checkpoint kept"),
}


class Finding(Value, omit_defaults=False):
    """What is wrong. ``position``: of the first event that shows it, 0 where none does. ``detail`` holds no value."""

    code: FaultCode
    position: int = 0
    detail: str = ""


class Verdict(Value, omit_defaults=False):
    """The outcome. Figures tell how much was looked at: an outcome of nothing is never well.

    ``fields``: sealed ones. ``signed``, ``witnessed``: up to which size; what came after is not vouched for yet.
    """

    log: str
    events: int
    streams: int
    root: str
    checkpoints: int
    signatures: int
    signed: int
    witnessed: int
    sealed: int
    fields: int = 0
    decisions: int = 0
    seconds: float = 0.0
    findings: tuple[Finding, ...] = ()

    @property
    def well(self) -> bool:
        """Whether nothing was found, and something was there."""
        return not self.findings and self.events > 0

    @property
    def only_acts(self) -> bool:
        """Whether the log itself is well, and what was found are acts out of order."""
        return bool(self.findings) and all(each.code == "DECISION_FAULTY" for each in self.findings)
