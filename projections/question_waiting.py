"""The questions of DOMAIN §4.1 that cannot be asked yet, and what each waits for: a feed, an event, or a hand."""

from projections.question import Waiting, Words

_DONE_NEXT = "所需事件已在日志中，待编写查询"
_NEXT = "its events are in the log; the query is still to be written"


def _waiting(number: int, title: tuple[str, str], needs: tuple[str, str]) -> Waiting:
    return Waiting(number=number, title=Words(*title), needs=Words(*needs))


WAITING: tuple[Waiting, ...] = (
    _waiting(1, ("死亡仍领取", "Paid after death"), ("死亡信息与支付数据", "death signals and payments")),
    _waiting(
        3,
        ("服刑、羁押、销户、迁出仍领取", "Paid while in prison, detained, cancelled or moved out"),
        ("司法、公安数据与支付数据", "feeds of justice and police, and payments"),
    ),
    _waiting(
        11,
        ("核对线索被忽略", "A comparison hit ignored"),
        (
            "线索的处置事件：现在只记线索种类，不记逐条核实或排除",
            "an event for the disposition of each hit: so far only kinds of hits are recorded",
        ),
    ),
    _waiting(
        16,
        ("应保未保", "Eligible but not served"),
        ("残疾证、大额医疗等外部线索", "leads of others: disability certificates, large medical bills"),
    ),
    _waiting(17, ("无书面理由的不予受理、不予确认", "Refused without a written reason"), (_DONE_NEXT, _NEXT)),
    _waiting(18, ("无权、越权、超限额决定", "Decided without power or above the ceiling"), (_DONE_NEXT, _NEXT)),
    _waiting(19, ("抽查职责是否履行", "The duty to sample"), (_DONE_NEXT, _NEXT)),
    _waiting(
        20,
        ("先行救助未补手续、同因重复、拆分", "Emergency relief not back-filled, repeated or split"),
        (_DONE_NEXT, _NEXT),
    ),
    _waiting(
        21,
        ("发放清单、决定、银行回单是否一致", "Payment list, decisions and bank receipts"),
        ("支付批次与银行回单", "payment batches and bank receipts"),
    ),
    _waiting(22, ("一卡多人、代管存折", "One bank card for several people"), ("银行账户数据", "bank accounts")),
    _waiting(23, ("资金挪用、闲置、滞拨", "Funds misused, idle or late"), ("财政数据", "the fiscal feed")),
    _waiting(
        24,
        ("特困供养：死亡、离院、照料未履行", "Extreme hardship: died or left, care not performed"),
        ("供养机构数据", "the institutions' feed"),
    ),
    _waiting(
        25,
        ("儿童：满 18 岁、收养、父母释放", "Children: 18, adopted, a parent released"),
        ("司法、收养数据与支付数据", "feeds of justice and adoption, and payments"),
    ),
    _waiting(
        26,
        ("尊老金：起发月、年龄、生存认证", "Old-age allowance: first month, age, living proof"),
        ("生存认证与户籍数据；起发月见第 14 问", "living proofs and hukou data; the first month is in question 14"),
    ),
    _waiting(
        27,
        ("残疾证失效、降级仍领取", "Disability certificate expired or lowered"),
        ("残联数据", "the feed of the disabled persons' federation"),
    ),
    _waiting(
        28,
        ("低收入认定到期仍被使用", "Low-income status expired but used"),
        ("向外部门的交付记录", "deliveries to other departments"),
    ),
    _waiting(
        29,
        ("购买服务：资格、重复支付、虚假服务", "Purchase: supplier, double payment, fake delivery"),
        ("订单、服务与验收事件", "events of orders, deliveries and acceptances"),
    ),
    _waiting(
        30,
        ("社会组织：年检、兼职、滥用", "Social organisations: annual check, officials, abuse"),
        ("年检与人事数据", "annual checks and staff data"),
    ),
    _waiting(31, ("倒签", "Backdating"), (_DONE_NEXT, _NEXT)),
    _waiting(
        32,
        ("事件是否被改、被删", "Was any event altered or removed"),
        ("由日志校验回答，不用查询", "answered by verifying the log, not by a query"),
    ),
    _waiting(33, ("谁看过此人数据", "Who read this person's data"), ("查阅日志", "the access log")),
    _waiting(34, ("投诉是否按时答复", "Complaints answered in time"), ("信访、12345 事件", "complaint events")),
    _waiting(35, ("整改是否完成", "Rectification complete"), ("疑点处置与追缴事件", "events of findings and recovery")),
    _waiting(
        36,
        ("任一时点的状态", "The state at any past date"),
        (
            "逐案由 case show --as-of 回答；名单须按时点建视图",
            "case by case by case show --as-of; a list needs a view as of that date",
        ),
    ),
)
