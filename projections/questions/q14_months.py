"""14. The wrong first or last month (DOMAIN §2.2): the commonest source of over- and underpayment."""

from projections.question import Kind, Question, Words

_SQL = """
WITH first_month AS (
    SELECT d.*, r.months_basis, r.first, r.latest, (date_trunc('month', d.decided_on) + interval '1 month')::date AS due
      FROM audit_rule AS r
     CROSS JOIN LATERAL (SELECT * FROM audit_decision WHERE rule = r.rule AND after_confirmation <> 1 OFFSET 0) AS d
     WHERE r.first = 'after_confirmation'
     UNION ALL
    SELECT d.*, r.months_basis, r.first, r.latest, date_trunc('month', d.decided_on)::date
      FROM audit_rule AS r
     CROSS JOIN LATERAL (SELECT * FROM audit_decision WHERE rule = r.rule AND after_confirmation <> 0 OFFSET 0) AS d
     WHERE r.first IN ('once', 'none')
     UNION ALL
    SELECT d.*, r.months_basis, r.first, r.latest, (d.from_month - make_interval(months => d.after_receipt))::date
      FROM audit_rule AS r
     CROSS JOIN LATERAL (SELECT * FROM audit_decision WHERE rule = r.rule AND after_receipt <> 0 OFFSET 0) AS d
     WHERE r.first = 'application'
     UNION ALL
    SELECT d.*, r.months_basis, r.first, r.latest, (d.from_month - make_interval(months => d.after_condition))::date
      FROM audit_rule AS r
     CROSS JOIN LATERAL (SELECT * FROM audit_decision WHERE rule = r.rule AND after_condition <> 0 OFFSET 0) AS d
     WHERE r.first = 'condition'
     UNION ALL
    SELECT d.*, r.months_basis, r.first, r.latest,
           (d.from_month - make_interval(months => d.age_months - 12 * r.first_age))::date
      FROM audit_rule AS r
     CROSS JOIN LATERAL (
           SELECT * FROM audit_decision
            WHERE rule = r.rule AND after_condition IS NULL AND age_months <> 12 * r.first_age OFFSET 0) AS d
     WHERE r.first = 'condition'
)
SELECT d.position::text AS id, CASE WHEN d.from_month < d.due THEN 'first_early' ELSE 'first_late' END AS kind,
       d.position,
       c.case_id, '' AS subject, c.matter, d.division, d.post, '' AS holder,
       d.amount * abs(m.months) AS amount, NULL::int4 AS days, d.decided_on AS on_day,
       array_remove(ARRAY[
           CASE WHEN d.first IN ('application', 'condition') THEN c.opened END,
           CASE WHEN d.first = 'condition' THEN c.condition END, d.position, d.latest], NULL) AS positions,
       jsonb_build_object('from_month', d.from_month, 'due_month', d.due, 'months', abs(m.months), 'rule', d.rule,
           'first', d.first, 'basis', d.months_basis) AS details
  FROM first_month AS d
 CROSS JOIN LATERAL (SELECT * FROM audit_case WHERE case_id = d.case_id OFFSET 0) AS c
 CROSS JOIN LATERAL (
       SELECT (12 * (extract(year FROM d.from_month) - extract(year FROM d.due))
           + extract(month FROM d.from_month) - extract(month FROM d.due))::int8 AS months) AS m
  LEFT JOIN LATERAL (  -- put off by what excluded it until then
       SELECT true AS found FROM audit_entitlement AS mine
         JOIN audit_entitlement AS other ON other.subject = mine.subject AND other.case_id <> mine.case_id
        WHERE mine.case_id = d.case_id AND d.from_month > d.due AND other.to_month = d.from_month
        LIMIT 1) AS free ON true
 WHERE free.found IS NULL
 UNION ALL
SELECT m.position::text, 'start_differs', m.position, c.case_id, '', c.matter, m.division, m.post, '',
       c.amount * abs(m.months), NULL, m.day, array_remove(ARRAY[m.other, m.position], NULL),
       jsonb_build_object('from_month', m.from_month, 'due_month',
           (m.from_month - make_interval(months => m.months))::date, 'months', abs(m.months), 'rule', m.rule,
           'basis', coalesce(r.months_basis, ''))
  FROM audit_month AS m
  JOIN audit_case AS c ON c.case_id = m.case_id
  LEFT JOIN audit_rule AS r ON r.rule = m.rule
 WHERE m.what = 'start'
 UNION ALL
SELECT m.position::text, CASE WHEN m.months < 1 THEN 'stop_early' ELSE 'stop_late' END, m.position, c.case_id,
       '', c.matter, m.division, m.post, '', c.amount * abs(m.months - 1), NULL, m.day,
       array_remove(ARRAY[m.other, m.position, r.latest], NULL),
       jsonb_build_object('stopped_on', m.day, 'from_month', m.from_month, 'due_month',
           (date_trunc('month', m.day) + interval '1 month')::date, 'months', abs(m.months - 1), 'rule', m.rule,
           'basis', r.months_basis)
  FROM audit_rule AS r
  JOIN audit_month AS m ON m.rule = r.rule AND m.what = 'stop'
   AND (m.months > 1 OR (m.months < 1 AND r.last = 'decision_month'))
  JOIN audit_case AS c ON c.case_id = m.case_id
 WHERE r.last <> 'none'
"""

QUESTION = Question(
    number=14,
    title=Words(zh="起发月、停发月不当", en="Wrong first or last month"),
    asks=Words(
        zh="待遇的起发月和停发月是否符合规则？",
        en="Do the first and the last month agree with the rule?",
    ),
    basis="各规则版本的起止月规定",
    views=("audit_questions",),
    sql=_SQL,
    kinds={
        "first_early": Kind(
            name=Words(zh="起发过早", en="First month early"),
            says=Words(
                zh="自 {from_month} 起发，按规则 {rule} 应自 {due_month} 起，早 {months} 个月",
                en="Paid from {from_month}; by rule {rule} it begins with {due_month}: {months} month(s) early",
            ),
        ),
        "first_late": Kind(
            name=Words(zh="起发过晚", en="First month late"),
            says=Words(
                zh="自 {from_month} 起发，按规则 {rule} 应自 {due_month} 起，晚 {months} 个月",
                en="Paid from {from_month}; by rule {rule} it begins with {due_month}: {months} month(s) late",
            ),
        ),
        "start_differs": Kind(
            name=Words(zh="发放与确认不一", en="Start differs"),
            says=Words(
                zh="发放自 {from_month} 起，确认的起发月为 {due_month}",
                en="The grant was started from {from_month}; the confirmation says {due_month}",
            ),
        ),
        "stop_early": Kind(
            name=Words(zh="停发过早", en="Stopped early"),
            says=Words(
                zh="{stopped_on} 停发，自 {from_month} 起不再发放；按规则 {rule} 应自 {due_month} 起，早 {months} 个月",
                en="Stopped on {stopped_on} from {from_month}; by rule {rule} from {due_month}: {months} month(s) "
                "early",
            ),
        ),
        "stop_late": Kind(
            name=Words(zh="停发过晚", en="Stopped late"),
            says=Words(
                zh="{stopped_on} 停发，自 {from_month} 起不再发放；按规则 {rule} 最迟自 {due_month} 起，晚 {months} "
                "个月",
                en="Stopped on {stopped_on} from {from_month}; by rule {rule} from {due_month} at the latest: "
                "{months} month(s) late",
            ),
        ),
    },
    limits=Words(
        zh="金额为月额乘以相差月数，是可能涉及的金额。条件何时终止（死亡、迁出等）没有进入日志的事件，"
        "按条件终止月停发的事项只查晚于决定次月的；发放数据尚未接入。",
        en="The amount is that of a month by the months between: what it may come to. When a condition ended "
        "(death, move) is in no event yet, so where a rule stops by it only a stop later than after the decision "
        "shows. Payments are not connected yet.",
    ),
)
