"""15. A periodic review 定期核查 that is overdue while the grant runs."""

from projections.question import Kind, Question, Words

_SQL = """
SELECT k.since || '-review' AS id, 'overdue' AS kind, k.since AS position, c.case_id, '' AS subject, c.matter,
       c.division, '' AS post, k.holder, c.amount AS amount, (%(on)s::date - t.due_on) AS days, t.due_on AS on_day,
       array_remove(ARRAY[k.since, k.told, c.granted, c.confirmed], NULL) AS positions,
       jsonb_build_object('due_on', t.due_on, 'day', %(on)s::date, 'rule', k.rule, 'holder', k.holder,
           'done_on', t.done_on, 'basis', k.basis) AS details
  FROM (
       SELECT * FROM audit_clock WHERE state = 'running' AND due_at < %(moment)s AND what = 'review'
        UNION ALL
       SELECT * FROM audit_clock WHERE late AND due_at < %(moment)s AND what = 'review' AND ended_at >= %(moment)s
       ) AS k
  JOIN audit_case AS c ON c.case_id = k.case_id
 CROSS JOIN LATERAL (
       SELECT ((k.due_at - interval '1 microsecond') AT TIME ZONE interval '08:00')::date AS due_on,
              (k.ended_at AT TIME ZONE interval '08:00')::date AS done_on) AS t
 WHERE c.granted IS NOT NULL AND coalesce(c.stopped_from, 'infinity') > %(on)s::date
   AND (c.suspended_from IS NULL OR c.suspended_from > %(on)s::date OR c.resumed_from <= %(on)s::date)
"""

QUESTION = Question(
    number=15,
    title=Words(zh="定期核查逾期而待遇照发", en="Review overdue, and the grant runs"),
    asks=Words(
        zh="定期核查逾期未做，待遇是否仍在发放？",
        en="Is a periodic review overdue while the grant runs?",
    ),
    basis="《社会救助暂行办法》（国务院令第649号）第十三条；各规则版本的定期核查规定",
    views=("audit_questions",),
    sql=_SQL,
    kinds={
        "overdue": Kind(
            name=Words(zh="核查逾期", en="Review overdue"),
            says=Words(
                zh="定期核查应由{holder}不迟于 {due_on} 完成，至 {day} 仍未完成，逾期 {days} 天，待遇照发",
                en="The review was owed by {holder} until {due_on}; by {day} it was not done, {days} day(s) over, "
                "and the grant runs",
            ),
        ),
    },
    limits=Words(
        zh="“照发”指待遇在该日有效、未停发也未缓发；实际支付数据尚未接入。金额为月额。已补做的逾期核查见第 6 问。",
        en="The grant runs: neither stopped nor suspended that day; payments themselves are not connected yet. The "
        "amount is that of a month. Late reviews that were done are in question 6.",
    ),
)
