"""Audit questions as pages: the list, what a question finds, and the events that prove a finding."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from urllib.parse import urlencode

import msgspec
from fastapi import Request, Response

from adapters.audit_questions import Tallied, counted, evidence, findings, tallied, today
from adapters.house import House
from adapters.reads.recording import on_record
from adapters.web import charts, fields
from adapters.web.charts import Title
from adapters.web.desk import Desk
from adapters.web.panels import Panel, listed
from adapters.web.proof_lines import proof_line
from adapters.web.question_words import Teller, Told
from adapters.web.reader import on_page
from domain.kernel import Value
from projections.findings import Asked, Count
from projections.question import Question, Words
from projections.question_registry import question_of
from projections.question_waiting import WAITING

PAGE_ROWS = 50
_FILTERS = ("on", "since", "until", "county", "matter", "kind", "lang")


class Wanted(Value):
    """The filters as the address has them. Days: YYYY-MM-DD."""

    on: str = ""
    since: str = ""
    until: str = ""
    county: str = ""
    matter: str = ""
    kind: str = ""
    after: str = ""
    lang: str = ""

    def asked(self, day: date) -> Asked:
        """Return what is asked; without a day, as of this one. Raises msgspec.ValidationError for no day."""
        return Asked(
            on=_day(self.on) or day,
            since=_day(self.since),
            until=_day(self.until),
            division=self.county,
            matter=self.matter,
            kind=self.kind,
        )


def _day(text: str) -> date | None:
    return msgspec.convert(text, date) if text else None


class AuditPages:
    """Answers for audit questions."""

    def __init__(self, house: House) -> None:
        """Read from this house."""
        self._house = house

    def show(self, request: Request) -> Response:
        """Answer with the questions, how much each finds, and what the others wait for."""
        desk = Desk(request, self._house)
        wanted = desk.asked(Wanted)
        asked = wanted.asked(today(self._house))
        rows = tallied(self._house, asked)
        return desk.page(
            "audit.html",
            wanted=wanted,
            asked=asked,
            rows=rows,
            panel=_all(desk, rows),
            waiting=WAITING,
            choices=_choices(desk),
            words=_words(desk),
            query=_query(desk),
        )

    def question(self, request: Request, number: int) -> Response:
        """Answer with what a question finds: how many where and when, and one page of them."""
        desk = Desk(request, self._house)
        question, wanted = question_of(number), desk.asked(Wanted)
        asked = wanted.asked(today(self._house))
        counts = counted(self._house, question, asked)
        page = findings(self._house, question, asked, PAGE_ROWS, wanted.after)
        return desk.page(
            "audit_question.html",
            wanted=wanted,
            asked=asked,
            question=question,
            rows=list(map(Teller(question, desk.bureau).tell, page.rows)),
            page=page,
            total=sum(count.findings for count in counts),
            panels=_panels(desk, counts),
            choices={**_choices(desk), "kind": _kinds(desk, question)},
            words=_words(desk),
            sentence=lambda told: _sentence(desk, told),
            query=_query(desk),
        )

    def finding(self, request: Request, number: int, finding: str) -> Response:
        """Answer with a finding and the events that prove it."""
        desk = Desk(request, self._house)
        question, asked = question_of(number), desk.asked(Wanted).asked(today(self._house))
        with on_record(self._house, on_page(desk), "history", {"question": str(question.number)}) as record:
            found = evidence(self._house, question, asked, finding)
            record.case(*({found.finding.case_id} - {""}))
        told = Teller(question, desk.bureau).tell(found.finding)
        return desk.page(
            "audit_finding.html",
            asked=asked,
            question=question,
            told=told,
            kind=question.kinds[found.finding.kind].name,
            proofs=tuple(proof_line(desk, proof, found.finding) for proof in found.proofs),
            words=_words(desk),
            sentence=_sentence(desk, told),
            query=_query(desk),
        )


def _all(desk: Desk, rows: Sequence[Tallied]) -> Panel:
    title = Title("all", desk.t("audit.chart"), desk.t("audit.lead"))
    bars = [(f"{row.question.number}. {_words(desk)(row.question.title)}", row.findings) for row in rows]
    return listed(desk.t, title, desk.t("audit.question"), bars, charts.bars(title, bars))


def _panels(desk: Desk, counts: Iterable[Count]) -> tuple[Panel, ...]:
    """How many by county and by month; nothing to draw without a finding."""
    places: Counter[str] = Counter()
    months: Counter[str] = Counter()
    for count in counts:
        places[desk.names.place(count.county) or desk.t("app.none")] += count.findings
        months[f"{count.month:%Y-%m}"] += count.findings
    if not places:
        return ()
    county = Title("counties", desk.t("audit.by_county"), desk.t("audit.lead"))
    month = Title("months", desk.t("audit.by_month"), desk.t("audit.lead"))
    by_county, by_month = places.most_common(), sorted(months.items())
    return (
        listed(desk.t, county, desk.t("list.county"), by_county, charts.bars(county, by_county)),
        listed(desk.t, month, desk.t("audit.month"), by_month, charts.columns(month, by_month)),
    )


def _choices(desk: Desk) -> dict[str, tuple[fields.Option, ...]]:
    return {"matter": fields.matters(desk), "county": fields.counties(desk)}


def _kinds(desk: Desk, question: Question) -> tuple[fields.Option, ...]:
    return tuple(fields.Option(key, _words(desk)(kind.name)) for key, kind in question.kinds.items())


def _words(desk: Desk) -> "Say":
    return Say(desk.language)


class Say(Value):
    """Says words in one language."""

    language: str

    def __call__(self, words: Words) -> str:
        """Return them."""
        return words.zh if self.language == "zh" else words.en


def _sentence(desk: Desk, told: Told) -> str:
    return told.zh if desk.language == "zh" else told.en


def _query(desk: Desk) -> str:
    """The filters go along: a finding is one for the day and the period asked about."""
    kept = {name: value for name, value in desk.request.query_params.items() if name in _FILTERS and value}
    return f"?{urlencode(kept)}" if kept else ""
