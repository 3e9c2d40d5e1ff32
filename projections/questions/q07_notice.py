"""7. Public notice 公示: missing, short, ended early, still running at the decision, or given where it is forbidden.

Held against the rule version the case was accepted under, as published last: local notices differ, and some matters
must have none (DOMAIN §0.3, §0.4). A period is counted from the day after the posting.
"""

from projections.question import Kind, Question, Words

_SQL = """
WITH workdays AS MATERIALIZED (
    SELECT unnest(%(days)s::date[]) AS day, unnest(%(numbers)s::int4[]) AS number
), posted AS (
    SELECT n.*, r.matter, r.notice_days AS asked, r.notice_unit AS unit, r.notice_basis AS basis, r.latest,
           NULL::int4 AS stood, CASE WHEN n.until - n.posted_on >= r.notice_days THEN 'early' ELSE 'short' END AS kind
      FROM audit_rule AS r
     CROSS JOIN LATERAL (
           SELECT * FROM audit_notice
            WHERE rule = r.rule AND days < r.notice_days AND ended_by <> 'objected' OFFSET 0) AS n
     WHERE r.notice_unit = 'cd'
     UNION ALL
    SELECT n.*, r.matter, r.notice_days, r.notice_unit, r.notice_basis, r.latest, until.number - since.number,
           CASE WHEN announced.number - since.number >= r.notice_days THEN 'early' ELSE 'short' END
      FROM audit_rule AS r
     CROSS JOIN LATERAL (SELECT * FROM audit_notice WHERE rule = r.rule AND ended_by <> 'objected' OFFSET 0) AS n
      JOIN workdays AS since ON since.day = n.posted_on
      JOIN workdays AS until ON until.day = n.last_on
      JOIN workdays AS announced ON announced.day = n.until
     WHERE r.notice_unit = 'wd' AND until.number - since.number < r.notice_days
     UNION ALL
    SELECT n.*, r.matter, r.notice_days, r.notice_unit, r.notice_basis, r.latest, NULL, 'forbidden'
      FROM audit_rule AS r
     CROSS JOIN LATERAL (SELECT * FROM audit_notice WHERE rule = r.rule OFFSET 0) AS n
     WHERE r.notice = 'forbidden'
     UNION ALL
    SELECT n.*, r.matter, r.notice_days, r.notice_unit, r.notice_basis, r.latest, NULL, 'exempt'
      FROM audit_rule AS r
     CROSS JOIN LATERAL (SELECT * FROM audit_notice WHERE rule = r.rule AND age < r.exempt_age OFFSET 0) AS n
     WHERE r.exempt_age IS NOT NULL
)
SELECT n.position || '-' || n.kind AS id, n.kind, n.position, n.case_id, '' AS subject, n.matter, n.division,
       n.post, '' AS holder, NULL::int8 AS amount, coalesce(n.stood, n.days) AS days, n.posted_on AS on_day,
       array_remove(ARRAY[CASE WHEN n.kind = 'exempt' THEN (
           SELECT opened FROM audit_case AS c WHERE c.case_id = n.case_id) END,
           n.position, n.ended, n.latest], NULL) AS positions,
       jsonb_build_object('posted_on', n.posted_on, 'until', n.until, 'last_on', n.last_on, 'ended_on', n.ended_on,
           'stood', coalesce(n.stood, n.days), 'asked', n.asked, 'unit', n.unit, 'rule', n.rule, 'basis', n.basis)
           AS details
  FROM posted AS n
 UNION ALL
SELECT d.position || '-' || k.kind, k.kind, d.position, d.case_id, '', r.matter, d.division, d.post, '',
       d.amount, NULL, d.decided_on, array_remove(ARRAY[d.opined, d.position, r.latest], NULL),
       jsonb_build_object('decided_on', d.decided_on, 'rule', d.rule, 'basis', r.notice_basis)
  FROM audit_rule AS r
 CROSS JOIN LATERAL (
       SELECT * FROM audit_decision WHERE rule = r.rule AND result = 'grant' AND noticed IS NULL OFFSET 0) AS d
 CROSS JOIN LATERAL (
       SELECT CASE WHEN r.exempt_otherwise THEN 'missing_perhaps' ELSE 'missing' END AS kind) AS k
 WHERE r.notice = 'required' AND (r.exempt_age IS NULL OR d.age IS NULL OR d.age >= r.exempt_age)
 UNION ALL
SELECT d.position || '-running', 'running', d.position, d.case_id, '', coalesce(r.matter, ''), d.division, d.post, '',
       d.amount, NULL, d.decided_on, ARRAY[d.noticed, d.position],
       jsonb_build_object('decided_on', d.decided_on, 'rule', d.rule, 'basis', coalesce(r.notice_basis, ''))
  FROM audit_decision AS d
  LEFT JOIN audit_rule AS r ON r.rule = d.rule
 WHERE d.result = 'grant' AND d.noticed IS NOT NULL AND d.closed IS NULL
   AND (d.objected IS NULL OR d.objected < d.noticed)
"""

QUESTION = Question(
    number=7,
    title=Words(zh="公示缺失、不足或不当", en="Public notice missing, short, or where forbidden"),
    asks=Words(
        zh="应公示的是否公示、是否满期？不得公示的是否被公示？",
        en="Was every notice posted that must be, for its full time, and none where it is forbidden?",
    ),
    basis="《社会救助暂行办法》（国务院令第649号）第十一条；各规则版本的公示规定",
    views=("audit_questions",),
    sql=_SQL,
    kinds={
        "missing": Kind(
            name=Words(zh="未公示", en="Missing"),
            says=Words(
                zh="{decided_on} 确认，此前没有公示；规则 {rule} 要求公示",
                en="Confirmed on {decided_on} without a notice; rule {rule} asks for one",
            ),
        ),
        "missing_perhaps": Kind(
            name=Words(zh="未公示，可能免公示", en="Missing, perhaps exempt"),
            says=Words(
                zh="{decided_on} 确认，此前没有公示；规则 {rule} 有免公示情形，须人工核对是否适用",
                en="Confirmed on {decided_on} without a notice; rule {rule} exempts some cases: check by hand "
                "whether this one",
            ),
        ),
        "short": Kind(
            name=Words(zh="公示天数不足", en="Too short"),
            says=Words(
                zh="{posted_on} 公示至 {until}，计 {stood}；规则 {rule} 要求 {asked}",
                en="Posted on {posted_on} until {until}, {stood}; rule {rule} asks for {asked}",
            ),
        ),
        "early": Kind(
            name=Words(zh="提前结束", en="Ended early"),
            says=Words(
                zh="{posted_on} 公示，公告至 {until}，{ended_on} 提前结束，计 {stood}；规则 {rule} 要求 {asked}",
                en="Posted on {posted_on}, announced until {until}, ended on {ended_on} after {stood}; rule {rule} "
                "asks for {asked}",
            ),
        ),
        "running": Kind(
            name=Words(zh="公示未结束即确认", en="Not closed"),
            says=Words(
                zh="{decided_on} 确认时公示尚未结束",
                en="Confirmed on {decided_on} while the notice was not closed",
            ),
        ),
        "forbidden": Kind(
            name=Words(zh="不得公示而公示", en="Forbidden"),
            says=Words(
                zh="{posted_on} 公示；规则 {rule} 规定该事项不得公示",
                en="Posted on {posted_on}; rule {rule} forbids a notice for this matter",
            ),
        ),
        "exempt": Kind(
            name=Words(zh="未成年人被公示", en="Too young"),
            says=Words(
                zh="{posted_on} 公示；规则 {rule} 规定未成年申请人不得公示",
                en="Posted on {posted_on}; rule {rule} forbids a notice for an applicant so young",
            ),
        ),
    },
    limits=Words(
        zh="公示中断、张贴地点是否正确、照片等证据没有事件，不能回答。",
        en="Interruptions, whether the place was right, and photographs have no events: not answered.",
    ),
)
