"""8. An objection to a notice 公示异议 that was not answered by a new inquiry, a new opinion and a new notice."""

from projections.question import Kind, Question, Words

_SQL = """
SELECT d.position || '-' || k.kind AS id, k.kind, d.position, d.case_id, '' AS subject,
       coalesce(r.matter, '') AS matter, d.division, d.post,
       '' AS holder, d.amount AS amount, NULL::int4 AS days, d.decided_on AS on_day,
       array_remove(ARRAY[d.noticed, d.objected, d.inquired, d.opined, d.position], NULL) AS positions,
       jsonb_build_object('decided_on', d.decided_on, 'result', d.result,
           'basis', coalesce(r.objection_basis, '')) AS details
  FROM audit_decision AS d
  LEFT JOIN audit_rule AS r ON r.rule = d.rule
 CROSS JOIN LATERAL (VALUES
       ('no_inquiry', coalesce(d.inquired, 0) < d.objected),
       ('no_opinion', coalesce(d.opined, 0) < d.objected),
       ('no_notice', d.result = 'grant' AND coalesce(d.noticed, 0) < d.objected)) AS k (kind, found)
 WHERE d.objected IS NOT NULL AND k.found
"""

QUESTION = Question(
    number=8,
    title=Words(zh="公示异议未重新调查或未重新公示", en="Objection without a new inquiry or notice"),
    asks=Words(
        zh="公示有异议的，是否重新调查、重新提出意见并重新公示？",
        en="After an objection, were there a new inquiry, a new opinion and a new notice?",
    ),
    basis="《最低生活保障审核确认办法》（民发〔2021〕57号）第十九条；各规则版本的公示异议规定",
    views=("audit_questions",),
    sql=_SQL,
    kinds={
        "no_inquiry": Kind(
            name=Words(zh="未重新调查", en="No new inquiry"),
            says=Words(
                zh="提出异议后至 {decided_on} 决定，没有入户、邻里访问、评议、核对或情况认定的记录",
                en="From the objection to the decision on {decided_on} no visit, interview, appraisal, comparison "
                "or finding of facts is recorded",
            ),
        ),
        "no_opinion": Kind(
            name=Words(zh="未重新提出意见", en="No new opinion"),
            says=Words(
                zh="提出异议后至 {decided_on} 决定，没有新的初审意见",
                en="From the objection to the decision on {decided_on} there is no new opinion",
            ),
        ),
        "no_notice": Kind(
            name=Words(zh="未重新公示", en="No new notice"),
            says=Words(
                zh="提出异议后没有重新公示，{decided_on} 即予确认",
                en="Confirmed on {decided_on} without a new notice after the objection",
            ),
        ),
    },
    limits=Words(
        zh="只看已作出决定的案件，以最后一次异议为准；未决案件见第 6 问。调查是否针对异议内容须人工核对。",
        en="Decided cases alone, by their last objection; for open ones see question 6. Whether the inquiry was "
        "about what was objected is for a person to read.",
    ),
)
