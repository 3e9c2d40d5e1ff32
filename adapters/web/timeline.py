"""A timeline as SVG text: for each row, bars from one day to another, on one scale of years. A pure function."""

from collections.abc import Iterable, Sequence
from datetime import date

from markupsafe import Markup, escape

from adapters.web.charts import WIDTH, Title, picture, words
from domain.kernel import Value

_ROW, _BAR, _DOWN, _FOOT = 46, 18, 20, 24
_MOST_MARKS = 9


class Span(Value):
    """A bar: from the first day up to and without the last (None: it goes on). ``series`` chooses the colour."""

    since: date
    until: date | None
    label: str
    series: int = 1


def spans(title: Title, rows: Sequence[tuple[str, Sequence[Span]]], today: date) -> Markup:
    """Return the timeline, up to a year after today, with a line at today."""
    first = min((span.since for _, bars in rows for span in bars), default=today)
    scale = _Scale(first.replace(month=1, day=1), today.replace(year=today.year + 1, month=12, day=31))
    height = len(rows) * _ROW
    body = [*_years(scale, height)]
    for index, (label, bars) in enumerate(rows):
        body.append(words(0, index * _ROW + 14, label, "long"))
        body += [_bar(scale, span, index * _ROW + _DOWN) for span in bars]
    now = scale.at(today)
    body.append(f'<line class="now" x1="{now:.1f}" y1="0" x2="{now:.1f}" y2="{height}"/>')
    return picture(title, (WIDTH, height + _FOOT), body)


class _Scale(Value):
    first: date
    last: date

    def at(self, day: date) -> float:
        whole = (self.last - self.first).days or 1
        return WIDTH * min(max((day - self.first).days / whole, 0.0), 1.0)


def _years(scale: _Scale, height: int) -> Iterable[str]:
    years = range(scale.first.year, scale.last.year + 1)
    every = -(-len(years) // _MOST_MARKS)
    for year in years[::every]:
        left = scale.at(date(year, 1, 1))
        yield f'<line class="axis" x1="{left:.1f}" y1="0" x2="{left:.1f}" y2="{height}"/>'
        yield words(left + 2, height + 16, str(year), "mark")


def _bar(scale: _Scale, span: Span, top: int) -> str:
    left = scale.at(span.since)
    wide = max(scale.at(span.until or scale.last) - left, 2.0)
    place = f'x="{left:.1f}" y="{top}" width="{max(wide - 1, 1.0):.1f}" height="{_BAR}"'
    return f'<rect class="s{span.series}" {place}><title>{escape(span.label)}</title></rect>'
