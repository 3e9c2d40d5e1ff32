"""2. Two exclusive benefits at once (重复享受), also in two counties.

Whatever one person was given by two cases, where either side's matrix of overlaps excludes the other or the matter is
the same, and the months meet. Persons helped without a name and identified later are looked at under both subjects:
that is where the store could not know.
"""

from projections.question import Kind, Question, Words

_SQL = """
SELECT b_position || '-' || a_position AS id, kind, b_position AS position, x.case_id, x.subject,
       c.matter, c.division, coalesce(d.post, '') AS post, '' AS holder,
       least(x.amount, x.other_amount) * x.months AS amount, (x.last - x.since + 1) AS days, x.since AS on_day,
       array_remove(x.positions || d.position, NULL) AS positions,
       jsonb_build_object('matter', c.matter, 'other_matter', x.other_matter, 'other_number', o.number,
           'other_division', x.other_division, 'persons', x.persons, 'since', x.since, 'last', x.last,
           'months', x.months) AS details
  FROM (
       SELECT CASE WHEN bool_or(alias IS NOT NULL) THEN 'identified'
                   WHEN left(min(a_division), 6) <> left(min(b_division), 6) THEN 'two_counties'
                   ELSE 'overlap' END AS kind,
              b_case AS case_id, a_case, min(subject) AS subject, count(DISTINCT subject) AS persons,
              min(b_position) AS b_position, min(a_position) AS a_position, min(since) AS since, max(last) AS last,
              (12 * (extract(year FROM max(last)) - extract(year FROM min(since)))
                  + extract(month FROM max(last)) - extract(month FROM min(since)) + 1)::int8 AS months,
              max(b_amount) AS amount, max(a_amount) AS other_amount, min(a_matter) AS other_matter,
              min(a_division) AS other_division,
              array_agg(DISTINCT a_position) || array_agg(DISTINCT b_position) || array_agg(DISTINCT a_ended)
                  || array_agg(DISTINCT b_ended) || array_agg(DISTINCT alias) AS positions
         FROM (
              SELECT pairs.alias, b.subject, a.case_id AS a_case, b.case_id AS b_case, a.position AS a_position,
                     b.position AS b_position, a.ended AS a_ended, b.ended AS b_ended, a.matter AS a_matter,
                     a.division AS a_division, b.division AS b_division, a.amount AS a_amount, b.amount AS b_amount,
                     greatest(a_time.since, b_time.since) AS since,
                     least(a_time.past, b_time.past, %(on)s::date + 1) - 1 AS last
                FROM (
                     SELECT subject AS a_subject, earlier, subject AS b_subject, later, NULL::int8 AS alias
                       FROM audit_overlap
                      UNION ALL
                     SELECT one.subject, one.position, other.subject, other.position, known.position
                       FROM audit_alias AS known
                       JOIN audit_entitlement AS nameless ON nameless.subject = known.temporary
                       JOIN audit_entitlement AS named
                            ON named.subject = known.subject AND named.case_id <> nameless.case_id
                           AND (named.matter = nameless.matter
                                OR named.matter = ANY (string_to_array(nameless.excludes, ' '))
                                OR nameless.matter = ANY (string_to_array(named.excludes, ' ')))
                       JOIN LATERAL (SELECT least(named.position, nameless.position) AS earlier,
                                            greatest(named.position, nameless.position) AS later) AS o ON true
                       JOIN audit_entitlement AS one
                            ON one.position = o.earlier AND one.subject IN (known.temporary, known.subject)
                       JOIN audit_entitlement AS other
                            ON other.position = o.later AND other.subject IN (known.temporary, known.subject)
                     ) AS pairs
                JOIN audit_entitlement AS a ON a.subject = a_subject AND a.position = earlier
                JOIN audit_entitlement AS b ON b.subject = b_subject AND b.position = later
               CROSS JOIN LATERAL (
                     SELECT CASE WHEN a.until IS NULL THEN a.from_month ELSE greatest(a.from_month, a.granted_on) END
                                AS since,
                            least(coalesce(a.to_month, 'infinity'), coalesce(a.until + 1, 'infinity')) AS past)
                            AS a_time
               CROSS JOIN LATERAL (
                     SELECT CASE WHEN b.until IS NULL THEN b.from_month ELSE greatest(b.from_month, b.granted_on) END
                                AS since,
                            least(coalesce(b.to_month, 'infinity'), coalesce(b.until + 1, 'infinity')) AS past)
                            AS b_time
              ) AS met
        WHERE since <= last
        GROUP BY b_case, a_case
       ) AS x
  JOIN audit_case AS c ON c.case_id = x.case_id
  JOIN audit_case AS o ON o.case_id = x.a_case
  LEFT JOIN LATERAL (
       SELECT position, post FROM audit_decision
        WHERE case_id = x.case_id AND result = 'grant' ORDER BY position DESC LIMIT 1) AS d ON true
"""

QUESTION = Question(
    number=2,
    title=Words(zh="重复享受互斥待遇", en="Two benefits that exclude each other"),
    asks=Words(
        zh="同一人在同一时间是否享受两项互斥的待遇，包括在两个县（市、区）？",
        en="Did one person receive two benefits at once that exclude each other, also in two counties?",
    ),
    basis="各事项规则版本的重复享受关系，依据见规则版本",
    views=("audit_questions",),
    sql=_SQL,
    kinds={
        "overlap": Kind(
            name=Words(zh="同时享受", en="Both at once"),
            says=Words(
                zh="{since} 至 {last} 同时享受 {other_matter}（案号 {other_number}）与 {matter}，{persons} 人，涉及 "
                "{months} 个月",
                en="{other_matter} ({other_number}) and {matter} together from {since} to {last}: {persons} "
                "person(s), {months} month(s)",
            ),
        ),
        "two_counties": Kind(
            name=Words(zh="两地同时享受", en="In two counties"),
            says=Words(
                zh="{since} 至 {last} 在两个县（市、区）享受 {other_matter}（案号 {other_number}）与 {matter}，"
                "{persons} 人，涉及 {months} 个月",
                en="{other_matter} ({other_number}) and {matter} in two counties from {since} to {last}: {persons} "
                "person(s), {months} month(s)",
            ),
        ),
        "identified": Kind(
            name=Words(zh="身份查明后发现", en="Found by identity"),
            says=Words(
                zh="身份查明后发现：{since} 至 {last} 同时享受 {other_matter}（案号 {other_number}）与 {matter}，"
                "涉及 {months} 个月",
                en="Found once the person was identified: {other_matter} ({other_number}) and {matter} together "
                "from {since} to {last}, {months} month(s)",
            ),
        ),
    },
    limits=Words(
        zh="金额为较低一项的月额乘以重叠月数，是上限而非多发金额；本日志以外（其他部门、其他城市）的待遇不在内。",
        en="The amount is the lower of the two by the months, at most; it is no overpayment found. Benefits outside "
        "this log (other departments, other cities) are not seen.",
    ),
)
