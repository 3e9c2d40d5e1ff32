"""Codes in words for people at a terminal: Chinese first, then the code itself, which the options take."""

from adapters.web.figures import yuan
from adapters.web.texts import Texts
from domain.rulebook.calculate import facts_needed
from domain.rulebook.figures import KNOWN
from domain.rulebook.rules import RuleVersion

_ZH = Texts("zh")


def worded(group: str, code: str) -> str:
    """Return the Chinese word for a code with the code after it; the code alone where there is no word."""
    word = _ZH.word(group, code)
    return code if word == code else f"{word} {code}"


def fact_name(rule: RuleVersion, name: str) -> str:
    """Return what a fact is called in the rule, or in general, with its code."""
    shape = rule.facts.get(name)
    return f"{shape.zh} {name}" if shape else worded("fact", name)


def figure(rule: RuleVersion, fact: str, text: str) -> str:
    """Return the kept text of a value as people read it: money in yuan, flags and choices in words."""
    shape = rule.facts.get(fact)
    kind = shape.kind if shape else KNOWN.get(fact)
    whole, _, parts = text.partition(".")
    if kind == "fen" and whole.isdigit():  # a share of a parameter can have parts of a fen
        return f"¥{yuan(int(whole))}{parts}"
    if kind == "flag":
        return {"true": "是 yes", "false": "否 no"}.get(text.lower(), text)
    if shape and kind == "choice":
        codes = (code.strip() for code in text.split(","))
        return "、".join(shape.choices.get(code, code) for code in codes)
    return text


def money(rule: RuleVersion, name: str, value: int) -> str:
    """Return a term of an amount with its name. Parameters and grades are money; a fact is what the rule says it is."""
    if name in rule.facts or name in KNOWN or name in facts_needed(rule.amount):
        return f"{fact_name(rule, name)} {figure(rule, name, str(value))}"
    fact, dot, grade = name.partition(".")
    if dot and fact in rule.facts:
        return f"{fact_name(rule, fact)} {figure(rule, fact, grade)} ¥{yuan(value)}"
    return f"{worded('parameter', name)} ¥{yuan(value)}"
