"""4. Officials, village cadres or their kin who benefit without a separate registration 单独登记 (优亲厚友).

Declared kin (近亲属备案) of a post that answers for the case's place, or the holder of it, receive something by a case
whose separate registration does not name that post.
"""

from projections.question import Kind, Question, Words

_SQL = """
SELECT x.position || '-' || x.post AS id,
       CASE WHEN x.declared < coalesce(c.confirmed, x.position) THEN 'unregistered' ELSE 'declared_later' END AS kind,
       x.position, c.case_id, x.subject, c.matter, c.division, x.post, '' AS holder,
       c.amount AS amount, NULL::int4 AS days, x.granted_on AS on_day,
       array_remove(ARRAY[x.position, x.declared, c.kin, c.confirmed], NULL) AS positions,
       jsonb_build_object('post', x.post, 'relation_zh', CASE WHEN x.own THEN '本人' ELSE '近亲属' END,
           'relation_en', CASE WHEN x.own THEN 'the holder' ELSE 'a close relative of the holder' END,
           'basis', coalesce(r.kin_basis, '')) AS details
  FROM (
       SELECT held.case_id, kin.post, min(held.position) AS position, min(held.granted_on) AS granted_on,
              min(kin.position) AS declared, min(held.subject) AS subject, bool_or(kin.own) AS own
         FROM audit_kin AS kin
         JOIN audit_entitlement AS held ON held.subject = kin.subject
        GROUP BY held.case_id, kin.post
       ) AS x
  JOIN audit_case AS c ON c.case_id = x.case_id
  JOIN audit_post AS p ON p.post = x.post
  LEFT JOIN audit_rule AS r ON r.rule = c.rule
 WHERE starts_with(c.division, p.prefix) AND x.post <> ALL (string_to_array(c.kin_posts, ' '))
"""

QUESTION = Question(
    number=4,
    title=Words(zh="经办人员、村干部及其近亲属享受待遇未单独登记", en="Kin of handlers benefit, not registered apart"),
    asks=Words(
        zh="经办人员、村（社区）干部本人或其备案近亲属享受待遇，是否单独登记备案？",
        en="Were cases of handlers, village cadres or their declared kin registered separately?",
    ),
    basis="《最低生活保障审核确认办法》（民发〔2021〕57号）第十一条；各事项规则版本的单独登记规定",
    views=("audit_questions",),
    sql=_SQL,
    kinds={
        "unregistered": Kind(
            name=Words(zh="备案而未单独登记", en="Declared, not registered"),
            says=Words(
                zh="确认前已备案的 {post} 之{relation_zh}享受待遇，该案没有就此岗位单独登记",
                en="{relation_en} of {post}, declared before the confirmation, benefits; the case is not registered "
                "apart for it",
            ),
        ),
        "declared_later": Kind(
            name=Words(zh="确认后才备案", en="Declared later"),
            says=Words(
                zh="{post} 之{relation_zh}享受待遇，备案在确认之后，该案没有就此岗位单独登记",
                en="{relation_en} of {post} benefits; declared only after the confirmation, and not registered apart",
            ),
        ),
    },
    limits=Words(
        zh="只看已向本局备案的近亲属；未备案的亲属关系、退休或离任人员须由组织、公安数据核对。金额为现月额。",
        en="Only kin declared to the bureau are seen; undeclared kin and former holders need the data of other "
        "departments. The amount is that of a month, as it is now.",
    ),
)
