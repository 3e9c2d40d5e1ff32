"""12. Town and country measured by different standards, days or refusal rates (城乡标准不一).

Within one county and under one rule version: by hukou nothing may differ (DOMAIN §1 row 6); the class of the village or
community is for statistics alone.
"""

from projections.question import Kind, Question, Words

_SQL = """
WITH months AS (
    SELECT date_trunc('month', %(since)s::date)::date AS since, %(until)s::date AS until
), days AS (
    SELECT matter, rule, county, settlement, days, sum(decisions)::int8 AS decisions,
           sum(decisions) FILTER (WHERE result = 'refuse')::int8 AS refused
      FROM parity_decision, months
     WHERE month >= months.since AND month < months.until AND settlement <> '' GROUP BY 1, 2, 3, 4, 5
), ranked AS (
    SELECT *, sum(decisions) OVER (PARTITION BY matter, rule, county, settlement ORDER BY days) AS up_to,
           sum(decisions) OVER (PARTITION BY matter, rule, county, settlement) AS total
      FROM days
), sides AS (
    SELECT matter, rule, county, settlement, max(total)::int8 AS total, coalesce(sum(refused), 0)::int8 AS refused,
           min(days) FILTER (WHERE up_to * 2 >= total) AS median
      FROM ranked GROUP BY 1, 2, 3, 4
), both_sides AS (
    SELECT u.matter, u.rule, u.county, u.total AS urban, v.total AS rural,
           u.median AS urban_days, v.median AS rural_days, u.refused * 1000 / u.total AS urban_refused,
           v.refused * 1000 / v.total AS rural_refused
      FROM sides AS u
      JOIN sides AS v USING (matter, rule, county)
     WHERE u.settlement = 'urban' AND v.settlement = 'rural'
), standards AS (
    SELECT matter, rule, county, string_agg(DISTINCT standard::text, ' ') FILTER (WHERE settlement = 'urban') AS urban,
           string_agg(DISTINCT standard::text, ' ') FILTER (WHERE settlement = 'rural') AS rural
      FROM parity_grant, months
     WHERE month >= months.since AND month < months.until AND standard > 0 GROUP BY 1, 2, 3
), found AS (
    SELECT 'standard' AS kind, matter, rule, county, NULL::int4 AS days,
           jsonb_build_object('urban_standards', urban, 'rural_standards', rural) AS details
      FROM standards WHERE urban <> rural
     UNION ALL
    SELECT 'days', matter, rule, county, abs(urban_days - rural_days),
           jsonb_build_object('urban', urban, 'rural', rural, 'urban_days', urban_days, 'rural_days', rural_days)
      FROM both_sides
     WHERE least(urban, rural) >= 10 AND 2 * greatest(urban_days, rural_days) > 3 * least(urban_days, rural_days)
     UNION ALL
    SELECT 'refusals', matter, rule, county, NULL,
           jsonb_build_object('urban', urban, 'rural', rural, 'urban_permille', urban_refused,
               'rural_permille', rural_refused)
      FROM both_sides
     WHERE least(urban, rural) >= 10 AND abs(urban_refused - rural_refused) >= 100
       AND 2 * greatest(urban_refused, rural_refused) > 3 * least(urban_refused, rural_refused)
)
SELECT f.kind || '.' || f.rule || '.' || f.county AS id, f.kind, e.positions[1] AS position,
       '' AS case_id, '' AS subject,
       f.matter, f.county AS division, '' AS post, '' AS holder, NULL::int8 AS amount, f.days,
       e.last AS on_day, e.positions,
       f.details || jsonb_build_object('rule', f.rule, 'basis_told', coalesce(r.tracks, false)) AS details
  FROM found AS f
  LEFT JOIN audit_rule AS r ON r.rule = f.rule
 CROSS JOIN LATERAL (
       SELECT max(decided_on) AS last, array_agg(position ORDER BY position DESC) AS positions
         FROM ((SELECT decided_on, position
                  FROM audit_decision, months
                 WHERE f.kind <> 'standard' AND rule = f.rule AND "left"(division, 6) = f.county
                   AND decided_on >= months.since AND decided_on < months.until AND settlement <> ''
                 ORDER BY position DESC LIMIT %(most)s)
                UNION ALL
               (SELECT max(decided_on), max(position)
                  FROM audit_decision, months
                 WHERE f.kind = 'standard' AND rule = f.rule AND "left"(division, 6) = f.county
                   AND decided_on >= months.since AND decided_on < months.until AND settlement <> '' AND standard > 0
                 GROUP BY settlement, standard)) AS newest) AS e
 WHERE e.last IS NOT NULL
"""

QUESTION = Question(
    number=12,
    title=Words(zh="城乡标准、时长或不予确认率不一", en="Town and country by different measures"),
    asks=Words(
        zh="同一县（市、区）同一规则下，城乡的标准、办理时长、不予确认率是否不同？",
        en="In one county and under one rule, do standard, days or refusals differ between town and country?",
    ),
    basis="《社会救助暂行办法》（国务院令第649号）第十条；城乡统筹的要求",
    views=("parity", "audit_questions"),
    sql=_SQL,
    kinds={
        "standard": Kind(
            name=Words(zh="标准不同", en="Standards"),
            says=Words(
                zh="规则 {rule} 下，居委会适用标准 {urban_standards}，村委会适用标准 {rural_standards}；"
                "规则是否列明依据：{basis_told}",
                en="Under rule {rule} the standard was {urban_standards} in urban and {rural_standards} in rural "
                "communities; a basis in the rule: {basis_told}",
            ),
        ),
        "days": Kind(
            name=Words(zh="时长不同", en="Days"),
            says=Words(
                zh="规则 {rule} 下，自受理至决定的中位天数：城 {urban_days} 天（{urban} 件），乡 {rural_days} 天（"
                "{rural} 件）",
                en="Under rule {rule} the median from acceptance to decision is {urban_days} day(s) in town ({urban}"
                " cases) and {rural_days} in the country ({rural})",
            ),
        ),
        "refusals": Kind(
            name=Words(zh="不予确认率不同", en="Refusals"),
            says=Words(
                zh="规则 {rule} 下，不予确认率：城 {urban_permille}‰（{urban} 件），乡 {rural_permille}‰（{rural} 件）",
                en="Under rule {rule}, refused per thousand: {urban_permille} in town ({urban} cases), "
                "{rural_permille} in the country ({rural})",
            ),
        ),
    },
    limits=Words(
        zh="城乡按村级代码段区分，仅作统计。时长、不予确认率须各满 10 件，差距超过 1.5 倍（不予确认率另须相差 "
        "100‰）才列出，为本系统设定。期间按整月计；事件最多列 200 个。",
        en="Town and country by the band of the village's code, for statistics alone. Days and refusals: ten cases "
        "on either side, more than one and a half times apart (refusals: 100 per thousand besides); figures of "
        "ours. Periods count by whole months; 200 events at most are named.",
    ),
)
