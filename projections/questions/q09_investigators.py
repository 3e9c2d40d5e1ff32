"""9. Visits by fewer investigators than the rule asks for, unsigned, always by the same two, or at impossible times."""

from projections.question import Kind, Question, Words

_SQL = """
SELECT v.position || '-few' AS id, 'few' AS kind, v.position, v.case_id, '' AS subject, r.matter, c.division,
       v.post, '' AS holder, NULL::int8 AS amount, NULL::int4 AS days, v.visited_on AS on_day,
       ARRAY[v.position, r.latest] AS positions,
       jsonb_build_object('visited_on', v.visited_on, 'counted', v.counted, 'asked', r.min_investigators,
           'rule', v.rule, 'basis', r.visit_basis) AS details
  FROM audit_rule AS r
 CROSS JOIN LATERAL (
       SELECT * FROM audit_visit WHERE rule = r.rule AND counted < r.min_investigators OFFSET 0) AS v
 CROSS JOIN LATERAL (SELECT division FROM audit_case WHERE case_id = v.case_id OFFSET 0) AS c
 UNION ALL
SELECT v.position || '-unsigned', CASE WHEN v.reasoned THEN 'unsigned_reasoned' ELSE 'unsigned' END, v.position,
       v.case_id, '', c.matter, c.division, v.post, '', NULL, NULL, v.visited_on, ARRAY[v.position],
       jsonb_build_object('visited_on', v.visited_on)
  FROM audit_visit AS v
 CROSS JOIN LATERAL (SELECT matter, division FROM audit_case WHERE case_id = v.case_id OFFSET 0) AS c
 WHERE NOT v.signed
 UNION ALL
SELECT x.position || '-' || x.other || '-' || x.post, 'near', x.position, c.case_id, '', c.matter, c.division,
       x.post, '', NULL, NULL, v.visited_on, ARRAY[x.position, x.other],
       jsonb_build_object('visited_on', v.visited_on, 'post', x.post, 'minutes', x.minutes, 'other_number', o.number,
           'village', c.division, 'other_village', o.division)
  FROM audit_visit_clash AS x
  JOIN audit_visit AS v ON v.position = x.position
  JOIN audit_visit AS w ON w.position = x.other
  JOIN audit_case AS c ON c.case_id = v.case_id
  JOIN audit_case AS o ON o.case_id = w.case_id
 WHERE c.division <> o.division
 UNION ALL
SELECT 'pair.' || replace(pair.pair, ' ', '.'), 'same_pair', e.positions[1], '', '', '', pair.place,
       split_part(pair.pair, ' ', 1), '', NULL, NULL, e.last, e.positions,
       jsonb_build_object('posts', pair.pair, 'visits', pair.visits, 'total', whole.visits, 'last', e.last)
  FROM (
       SELECT place, pair, sum(visits)::int8 AS visits FROM audit_visit_pair
        WHERE month >= date_trunc('month', %(since)s::date) AND month < %(until)s::date GROUP BY 1, 2) AS pair
  JOIN (
       SELECT place, sum(visits)::int8 AS visits FROM audit_visit_pair
        WHERE pair = '' AND month >= date_trunc('month', %(since)s::date) AND month < %(until)s::date
        GROUP BY 1) AS whole ON whole.place = pair.place
 CROSS JOIN LATERAL (
       SELECT max(visited_on) AS last, array_agg(position ORDER BY position DESC) AS positions
         FROM (SELECT visited_on, position, investigators FROM audit_visit  -- nearly all of them are the pair's
                WHERE place = pair.place AND visited_on >= date_trunc('month', %(since)s::date)::date
                  AND visited_on < %(until)s::date ORDER BY visited_on DESC LIMIT %(most)s) AS newest
        WHERE string_to_array(investigators, ' ') @> string_to_array(pair.pair, ' ')) AS e
 WHERE pair.pair <> '' AND whole.visits >= 10 AND pair.visits * 10 >= whole.visits * 9 AND e.last IS NOT NULL
   AND (SELECT count(*) FROM audit_post AS p WHERE p.prefix = pair.place AND p.role <> 'village_director') > 2
"""

QUESTION = Question(
    number=9,
    title=Words(
        zh="入户调查人数不足、未签字或时间可疑", en="Visits: too few, unsigned, always the same two, or impossible"
    ),
    asks=Words(
        zh="入户是否两人以上、是否签字？是否总是同两人？时间是否可能？",
        en="Did enough people visit and everybody sign? Always the same two? Were the times possible?",
    ),
    basis="《最低生活保障审核确认办法》（民发〔2021〕57号）第十六条；各规则版本的调查人数",
    views=("audit_questions", "audit_visits"),
    sql=_SQL,
    kinds={
        "few": Kind(
            name=Words(zh="人数不足", en="Too few"),
            says=Words(
                zh="{visited_on} 入户，调查人员 {counted} 人（村级协助人员不计）；规则 {rule} 要求 {asked} 人",
                en="Visit on {visited_on} by {counted} investigator(s), village helpers not counted; rule {rule} "
                "asks for {asked}",
            ),
        ),
        "unsigned": Kind(
            name=Words(zh="未签字且无理由", en="Unsigned, no reason"),
            says=Words(
                zh="{visited_on} 入户，家庭未签字，也没有记录理由",
                en="Visit on {visited_on}, not signed by the household, no reason recorded",
            ),
        ),
        "unsigned_reasoned": Kind(
            name=Words(zh="未签字，已记理由", en="Unsigned, reason given"),
            says=Words(
                zh="{visited_on} 入户，家庭未签字，已记录理由（在案卷中，须核对）",
                en="Visit on {visited_on}, not signed by the household; the reason is in the file, to be checked",
            ),
        ),
        "near": Kind(
            name=Words(zh="时间相近", en="Too near in time"),
            says=Words(
                zh="{post} 在 {visited_on} 相隔 {minutes} 分钟到过两个村（社区）入户，另一案为 {other_number}",
                en="{post} visited households of two villages {minutes} minute(s) apart on {visited_on}; the other "
                "case is {other_number}",
            ),
        ),
        "same_pair": Kind(
            name=Words(zh="总是同两人", en="The same two"),
            says=Words(
                zh="{posts} 两岗位共同入户 {visits} 次，占该地期间双人入户 {total} 次的九成以上，最后一次 {last}",
                en="{posts} went together {visits} times out of {total} there in the period, nine in ten or more; "
                "the last on {last}",
            ),
        ),
    },
    limits=Words(
        zh="“同两人”以期间内满 10 次且占九成、该地另有其他岗位为准，“时间可疑”以相隔不足 15 分钟且在两村为准，"
        "均为本系统设定。调查人员的签字是登记入户的条件，单独的签字影像不在日志中。期间按整月计。",
        en="The same two: ten visits or more in the period, nine in ten of all, where the place has other posts; "
        "near: less than 15 minutes apart in two villages; figures of ours. Investigators' signatures are a "
        "condition of the record; images of them are not in the log. Periods count by whole months.",
    ),
)
