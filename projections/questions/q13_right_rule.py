"""13. The right rule version, and an amount that comes out again to the fen.

A case must be accepted under the version in force on that day in that place: the most specific region first, there a
pilot's, then the latest to begin. "In force" is what the rulebook says now: a norm published later with an earlier
beginning shows here, with the event of its publication.
"""

from projections.question import Kind, Question, Words

_SQL = """
WITH RECURSIVE used AS (
    SELECT min(rule) AS rule FROM audit_case WHERE rule > ''
     UNION ALL
    SELECT (SELECT min(rule) FROM audit_case WHERE rule > used.rule) FROM used WHERE used.rule IS NOT NULL
), suspects AS (
    SELECT c.case_id
      FROM audit_rule AS r
      JOIN audit_rule AS other
           ON other.matter = r.matter AND other.rule <> r.rule
          AND (starts_with(other.region, r.region) OR starts_with(r.region, other.region))
          AND (length(other.region), other.pilot, other.valid_from, other.rule COLLATE "C")
              > (length(r.region), r.pilot, r.valid_from, r.rule COLLATE "C")
     CROSS JOIN LATERAL (
           SELECT case_id FROM audit_case
            WHERE rule = r.rule AND accepted_in COLLATE "C" >= other.region
              AND accepted_in COLLATE "C" < other.region || ':' AND accepted_on >= other.valid_from
              AND accepted_on < coalesce(other.valid_to, 'infinity') OFFSET 0) AS c
     UNION
    SELECT c.case_id
      FROM audit_rule AS r
     CROSS JOIN LATERAL (
           SELECT case_id FROM audit_case WHERE rule = r.rule AND accepted_on < r.valid_from
            UNION ALL
           SELECT case_id FROM audit_case WHERE rule = r.rule AND accepted_on >= r.valid_to
            UNION ALL
           SELECT case_id FROM audit_case WHERE rule = r.rule AND accepted_in COLLATE "C" < r.region
            UNION ALL
           SELECT case_id FROM audit_case WHERE rule = r.rule AND accepted_in COLLATE "C" >= r.region || ':'
           OFFSET 0) AS c
     UNION
    SELECT c.case_id
      FROM used
     CROSS JOIN LATERAL (SELECT case_id FROM audit_case WHERE rule = used.rule OFFSET 0) AS c
     WHERE NOT EXISTS (SELECT FROM audit_rule AS known WHERE known.rule = used.rule)
)
SELECT c.accepted || '-rule' AS id,
       CASE WHEN was.rule IS NULL THEN 'unknown' WHEN best.rule IS NULL THEN 'not_in_force'
            WHEN best.position > c.accepted THEN 'published_later' ELSE 'other_version' END AS kind,
       c.accepted AS position, c.case_id, '' AS subject, c.matter, c.accepted_in AS division,
       c.accepted_by AS post, '' AS holder, NULL::int8 AS amount, NULL::int4 AS days, c.accepted_on AS on_day,
       array_remove(ARRAY[c.accepted, was.position, best.position], NULL) AS positions,
       jsonb_build_object('accepted_on', c.accepted_on, 'rule', c.rule, 'right_rule', best.rule,
           'basis', coalesce(best.basis, was.basis, '')) AS details
  FROM suspects
 CROSS JOIN LATERAL (SELECT * FROM audit_case WHERE case_id = suspects.case_id OFFSET 0) AS c
  LEFT JOIN audit_rule AS was ON was.rule = c.rule
  LEFT JOIN LATERAL (
       SELECT rule, position, basis FROM audit_rule AS r
        WHERE r.matter = c.matter AND starts_with(c.accepted_in, r.region) AND r.valid_from <= c.accepted_on
          AND c.accepted_on < coalesce(r.valid_to, 'infinity')
        ORDER BY length(r.region) DESC, r.pilot DESC, r.valid_from DESC, r.rule COLLATE "C" DESC LIMIT 1)
        AS best ON true
 WHERE best.rule IS DISTINCT FROM c.rule
 UNION ALL
SELECT d.position || '-changed', 'changed', d.position, d.case_id, '', coalesce(r.matter, ''), d.division, d.post, '',
       d.amount, NULL, d.decided_on, array_remove(ARRAY[d.accepted, d.position], NULL),
       jsonb_build_object('decided_on', d.decided_on, 'rule', d.rule, 'pinned', d.pinned,
           'basis', coalesce(r.basis, ''))
  FROM audit_decision AS d
  LEFT JOIN audit_rule AS r ON r.rule = d.pinned
 WHERE d.rule <> d.pinned
 UNION ALL
SELECT a.position || '-amount', CASE WHEN a.fault = '' THEN 'amount' ELSE 'not_computed' END, a.position, c.case_id,
       '', c.matter, d.division, d.post, '', abs(a.told - coalesce(a.again, a.told)), NULL, d.decided_on,
       array_remove(ARRAY[a.position, r.position], NULL),
       jsonb_build_object('decided_on', d.decided_on, 'rule', a.rule, 'told_fen', a.told, 'again_fen', a.again,
           'fault', a.fault, 'basis', coalesce(r.basis, ''))
  FROM audit_amount AS a
  JOIN audit_case AS c ON c.case_id = a.case_id
  JOIN audit_decision AS d ON d.position = a.position
  LEFT JOIN audit_rule AS r ON r.rule = a.rule
"""

QUESTION = Question(
    number=13,
    title=Words(zh="规则版本适用不当或金额不能复算", en="Another rule version, or an amount that does not come out"),
    asks=Words(
        zh="是否适用了受理当日当地有效的规则版本？金额能否复算到分？",
        en="Was it the rule version in force on the day and in the place? Does the amount come out again to the fen?",
    ),
    basis="规则版本的效力期间与适用地区；各规则版本的金额规定",
    views=("audit_questions", "audit_amounts"),
    sql=_SQL,
    kinds={
        "other_version": Kind(
            name=Words(zh="规则版本不符", en="Another version"),
            says=Words(
                zh="{accepted_on} 受理适用 {rule}，当日当地有效的是 {right_rule}",
                en="Accepted on {accepted_on} under {rule}; in force that day in that place was {right_rule}",
            ),
        ),
        "published_later": Kind(
            name=Words(zh="有效规则后登记", en="Recorded later"),
            says=Words(
                zh="{accepted_on} 受理适用 {rule}；依现规则库当日有效的是 {right_rule}，该版本在受理之后才登记",
                en="Accepted on {accepted_on} under {rule}; by the rulebook as it is now {right_rule} was in force, "
                "which was recorded only after the acceptance",
            ),
        ),
        "not_in_force": Kind(
            name=Words(zh="当日无有效规则", en="None in force"),
            says=Words(
                zh="{accepted_on} 受理适用 {rule}，依现规则库当日当地没有有效的规则版本",
                en="Accepted on {accepted_on} under {rule}; by the rulebook as it is now no version was in force there",
            ),
        ),
        "unknown": Kind(
            name=Words(zh="规则库没有", en="Unknown version"),
            says=Words(
                zh="{accepted_on} 受理适用 {rule}，规则库没有这一版本",
                en="Accepted on {accepted_on} under {rule}, which the rulebook does not have",
            ),
        ),
        "changed": Kind(
            name=Words(zh="决定与受理规则不同", en="Changed version"),
            says=Words(
                zh="{decided_on} 决定适用 {rule}，受理时适用的是 {pinned}",
                en="Decided on {decided_on} under {rule}; the case was accepted under {pinned}",
            ),
        ),
        "amount": Kind(
            name=Words(zh="金额复算不一致", en="Amount differs"),
            says=Words(
                zh="{decided_on} 确认金额 {told_fen} 元，按 {rule} 复算为 {again_fen} 元或各项不同",
                en="Confirmed on {decided_on} for {told_fen} yuan; by {rule} it comes out as {again_fen}, or its "
                "terms differ",
            ),
        ),
        "not_computed": Kind(
            name=Words(zh="金额无法复算", en="Cannot be computed"),
            says=Words(
                zh="{decided_on} 确认金额 {told_fen} 元，按 {rule} 无法复算（{fault}）",
                en="Confirmed on {decided_on} for {told_fen} yuan; it cannot be computed again by {rule} ({fault})",
            ),
        ),
    },
    limits=Words(
        zh="规则版本以现在的规则库为准；金额按决定入日志时已公布的规则复算，抵减额取当时记录。"
        "单件可用“决定说明与复算”核对。",
        en="Versions are judged by the rulebook as it is now; amounts by the rule as published when the decision "
        "came, what another benefit took off as it was kept. One case is computed again by its explanation.",
    ),
)
