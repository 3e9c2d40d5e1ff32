"""10. Confirmed without the report of the information check 核对, or before it (未核先批)."""

from projections.question import Kind, Question, Words

_SQL = """
SELECT d.position::text AS id, CASE WHEN c.compared IS NULL THEN 'without' ELSE 'before' END AS kind, d.position,
       d.case_id, '' AS subject, r.matter, d.division, d.post, '' AS holder, d.amount AS amount,
       (c.compared_on - d.decided_on) AS days, d.decided_on AS on_day,
       array_remove(ARRAY[d.accepted, d.position, c.compared, r.latest], NULL) AS positions,
       jsonb_build_object('decided_on', d.decided_on, 'reported_on', c.compared_on, 'rule', d.rule,
           'basis', r.compare_basis) AS details
  FROM audit_rule AS r
 CROSS JOIN LATERAL (
       SELECT * FROM audit_decision WHERE rule = r.rule AND result = 'grant' AND compared IS NULL OFFSET 0) AS d
 CROSS JOIN LATERAL (SELECT compared, compared_on FROM audit_case WHERE case_id = d.case_id OFFSET 0) AS c
 WHERE r.compares
 UNION ALL
SELECT d.position::text, 'dated_before', d.position, d.case_id, '', r.matter, d.division, d.post, '',
       d.amount, d.compared_on - d.decided_on, d.decided_on, ARRAY[d.compared, d.position],
       jsonb_build_object('decided_on', d.decided_on, 'reported_on', d.compared_on, 'rule', d.rule,
           'basis', r.compare_basis)
  FROM audit_rule AS r
 CROSS JOIN LATERAL (
       SELECT * FROM audit_decision WHERE rule = r.rule AND result = 'grant' AND compared_on > decided_on OFFSET 0) AS d
 WHERE r.compares
"""

QUESTION = Question(
    number=10,
    title=Words(zh="未经核对或先批后核", en="Decided without or before the comparison report"),
    asks=Words(
        zh="确认之前是否已有核对报告？",
        en="Was the report of the information check there before the confirmation?",
    ),
    basis="《最低生活保障审核确认办法》（民发〔2021〕57号）第十七条；各规则版本的核对规定",
    views=("audit_questions",),
    sql=_SQL,
    kinds={
        "without": Kind(
            name=Words(zh="没有核对报告", en="No report"),
            says=Words(
                zh="{decided_on} 确认，没有核对报告；规则 {rule} 要求先核对",
                en="Confirmed on {decided_on} without a comparison report; rule {rule} asks for it first",
            ),
        ),
        "before": Kind(
            name=Words(zh="先批后核", en="Before the report"),
            says=Words(
                zh="{decided_on} 确认，核对报告 {reported_on} 才登记；规则 {rule} 要求先核对",
                en="Confirmed on {decided_on}, the comparison report was recorded on {reported_on}; rule {rule} "
                "asks for it first",
            ),
        ),
        "dated_before": Kind(
            name=Words(zh="报告日期在后", en="Report dated later"),
            says=Words(
                zh="{decided_on} 确认，核对报告日期为 {reported_on}，晚于确认",
                en="Confirmed on {decided_on}; the comparison report is dated {reported_on}, after it",
            ),
        ),
    },
    limits=Words(
        zh="只看规则要求先核对的事项；核对内容是否完整须看报告本身。",
        en="Only matters whose rule asks for the report first; whether the report is complete must be read in it.",
    ),
)
