"""6. Over the time limit (超时限办结): which step, who owed it, which time was left out.

Every clock of a statutory duty that ended after its due moment, or still runs after it, by the rule of its own day.
"""

from projections.question import Kind, Question, Words

_SQL = """
SELECT k.since || '-' || k.what AS id,
       CASE WHEN k.ended IS NULL OR k.ended_at >= %(moment)s THEN 'open'
            WHEN k.state = 'dropped' THEN 'dropped' ELSE 'late' END AS kind,
       k.since AS position, k.case_id, '' AS subject, coalesce(r.matter, '') AS matter, k.division,
       CASE WHEN k.ended_at < %(moment)s THEN k.post ELSE '' END AS post, k.holder,
       NULL::int8 AS amount, greatest(t.ended_on - t.due_on, 0) AS days, t.due_on AS on_day,
       array_remove(ARRAY[k.since, k.told, k.ended] || t.pauses, NULL) AS positions,
       jsonb_build_object('rule', k.rule, 'duty', k.what, 'due_on', t.due_on, 'holder', k.holder,
           'ended_on', t.ended_on, 'pauses', k.pauses, 'basis', k.basis) AS details
  FROM (
       SELECT * FROM audit_clock WHERE state = 'running' AND due_at < %(moment)s
        UNION ALL
       SELECT * FROM audit_clock WHERE late AND due_at < %(moment)s
       ) AS k
  LEFT JOIN audit_rule AS r ON r.rule = k.rule
 CROSS JOIN LATERAL (
       SELECT ((k.due_at - interval '1 microsecond') AT TIME ZONE interval '08:00')::date AS due_on,
              ((least(k.ended_at, %(moment)s) - interval '1 microsecond') AT TIME ZONE interval '08:00')::date
              AS ended_on,
              (SELECT array_agg(found[1]::int8) FROM regexp_matches(k.pauses, '([0-9]+)', 'g') AS found) AS pauses) AS t
"""

QUESTION = Question(
    number=6,
    title=Words(zh="超时限办结", en="Over the time limit"),
    asks=Words(
        zh="哪一环节超过时限？应由谁办理？扣除了哪些时间？",
        en="Which step took longer than its limit, who owed it, and which time was left out?",
    ),
    basis="各规则版本的时限与法定职责，依据见每条",
    views=("audit_questions",),
    sql=_SQL,
    kinds={
        "late": Kind(
            name=Words(zh="逾期完成", en="Done late"),
            says=Words(
                zh="{duty}：应由{holder}不迟于 {due_on} 完成，{ended_on} 才完成，超过 {days} 天；扣除时间：{pauses}",
                en="{duty}: owed by {holder} until {due_on}, done on {ended_on}, {days} day(s) late; time left out: "
                "{pauses}",
            ),
        ),
        "open": Kind(
            name=Words(zh="逾期未完成", en="Not done"),
            says=Words(
                zh="{duty}：应由{holder}不迟于 {due_on} 完成，至 {ended_on} 仍未完成，已超过 {days} 天；扣除时间："
                "{pauses}",
                en="{duty}: owed by {holder} until {due_on}, not done by {ended_on}, {days} day(s) over; time left "
                "out: {pauses}",
            ),
        ),
        "dropped": Kind(
            name=Words(zh="未完成即终结", en="Ended undone"),
            says=Words(
                zh="{duty}：应由{holder}不迟于 {due_on} 完成，未完成，案件于 {ended_on} 终结，已超过 {days} 天；"
                "扣除时间：{pauses}",
                en="{duty}: owed by {holder} until {due_on}, never done; the case ended on {ended_on}, {days} "
                "day(s) over; time left out: {pauses}",
            ),
        ),
    },
    limits=Words(
        zh="时限按当时规则记入日志，不因规则后来改变而重算；过去某日按现在所知的截止时刻判断；"
        "旧系统导入的案件没有时限。",
        en="Limits are as the log has them, by the rule of their day; a past day is judged by the due moments known "
        "now; cases of older systems have none.",
    ),
)
