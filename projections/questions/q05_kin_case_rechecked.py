"""5. Was each separately registered case visited by the county and re-checked before it was confirmed?

The county must visit where a case is registered separately (57号). A re-check is a visit of the county after the
registration, or an inspection of the drawn case.
"""

from projections.question import Kind, Question, Words

_SQL = """
SELECT d.position::text AS id, CASE WHEN v.county IS NULL THEN 'not_visited' ELSE 'not_rechecked' END AS kind,
       d.position, c.case_id, '' AS subject, c.matter, d.division, d.post, '' AS holder,
       d.amount AS amount, NULL::int4 AS days, d.decided_on AS on_day,
       array_remove(ARRAY[d.kin, d.position, v.county] || v.visits, NULL) AS positions,
       jsonb_build_object('visits', coalesce(cardinality(v.visits), 0), 'county_visits', coalesce(v.of_county, 0),
           'decided_on', d.decided_on, 'kin_posts', c.kin_posts) AS details
  FROM audit_case AS c
  JOIN audit_decision AS d ON d.case_id = c.case_id AND d.result = 'grant'
  JOIN audit_rule AS r ON r.rule = d.rule AND r.visits
  LEFT JOIN LATERAL (
       SELECT max(position) FILTER (WHERE county) AS county, count(*) FILTER (WHERE county) AS of_county,
              array_agg(position) AS visits
         FROM audit_visit WHERE case_id = c.case_id AND position < d.position) AS v ON true
 WHERE c.kin IS NOT NULL AND d.kin IS NOT NULL AND (v.county IS NULL OR v.county < d.kin)
   AND NOT EXISTS (
       SELECT FROM sample_cases AS drawn WHERE drawn.case_id = c.case_id AND drawn.inspected_at IS NOT NULL)
"""

QUESTION = Question(
    number=5,
    title=Words(zh="单独登记案件未经县级入户与复核", en="Kin cases the county did not visit and re-check"),
    asks=Words(
        zh="单独登记的案件在确认前，县级是否入户调查并复核？",
        en="Before a separately registered case was confirmed, did the county visit and re-check it?",
    ),
    basis="《最低生活保障审核确认办法》（民发〔2021〕57号）：单独登记的由县级入户",
    views=("audit_questions", "audit_visits", "samples"),
    sql=_SQL,
    kinds={
        "not_visited": Kind(
            name=Words(zh="县级未入户", en="Not visited"),
            says=Words(
                zh="{decided_on} 确认前共入户 {visits} 次，没有县级岗位参加",
                en="{visits} visit(s) before the confirmation on {decided_on}, none of them with a post of the county",
            ),
        ),
        "not_rechecked": Kind(
            name=Words(zh="登记后未复核", en="Not re-checked"),
            says=Words(
                zh="县级入户 {county_visits} 次，均在单独登记之前；登记之后至 {decided_on} 确认没有再入户",
                en="{county_visits} visit(s) by the county, all before the separate registration; none from it to "
                "the confirmation on {decided_on}",
            ),
        ),
    },
    limits=Words(
        zh="书面复核没有单独的事件，只认县级入户和抽查记录。",
        en="A re-check on paper has no event of its own; visits of the county and inspections count.",
    ),
)
