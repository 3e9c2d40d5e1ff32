"""A matter that nobody has thought of before: one file of data, and no line of code. Invented for tests."""

from pathlib import Path

HEATING = """\
matter: {id: ceshi-qunuan, zh: 测试取暖补助, en: Test heating aid, family: relief, subject: person}
like: once
versions:
  - id: ceshi-qunuan-320903-2026
    region: "320903"
    issuer: county
    valid_from: 2026-01-01
    basis: [测试取暖补助办法]
    verified: false
    parameters: {most: 60000, cold_days_least: 30}
    facts:
      cold_days: {kind: count, zh: 停暖天数, en: Days without heating}
      since: {kind: date, zh: 停暖之日, en: Day on which the heating stopped}
    criteria:
      - {id: cold, fact: cold_days, op: ">=", parameter: cold_days_least, zh: 停暖满三十日,
         en: Thirty days without heating, citation: 测试取暖补助办法第二条}
    amount: {kind: one_off, fact: need_amount, parameter: most, basis: 测试取暖补助办法第三条}
"""
MATTER, VERSION = "ceshi-qunuan", "ceshi-qunuan-320903-2026"
FACTS = {"need_amount": 45_000, "cold_days": 41, "cause": "other", "same_cause_before": False, "since": "2026-01-05"}
AMOUNT = 45_000


def heating_file(folder: Path) -> Path:
    """The file, written to the folder."""
    folder.mkdir(exist_ok=True)
    path = folder / f"{MATTER}.yaml"
    path.write_text(HEATING, encoding="utf-8")
    return path
