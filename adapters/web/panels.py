"""A chart together with its table: the same numbers twice, for the eye and for reading."""

from collections.abc import Sequence

from markupsafe import Markup

from adapters.web import charts
from adapters.web.charts import Title
from adapters.web.texts import Texts
from domain.kernel import Value


class Panel(Value):
    """A chart and its table. ``legend`` names the series by the order of their colours."""

    name: str
    title: str
    chart: Markup
    columns: tuple[str, ...]
    rows: tuple[tuple[str | int, ...], ...]
    legend: tuple[str, ...] = ()
    note: str = ""
    total: tuple[str | int, ...] = ()


def listed(texts: Texts, title: Title, column: str, rows: Sequence[tuple[str, int]], chart: Markup) -> Panel:
    """Return a panel of one number per row, with their sum."""
    total = (texts("app.total"), sum(value for _, value in rows))
    columns = (column, texts("dash.count"))
    return Panel(title.name, title.title, chart, columns, tuple(rows), total=total)


def crossed(
    texts: Texts, title: Title, series: Sequence[str], rows: Sequence[tuple[str, Sequence[int]]], chart: Markup
) -> Panel:
    """Return a panel of places by series, with sums of both."""
    columns = (texts("list.division"), *series, texts("app.total"))
    body: tuple[tuple[str | int, ...], ...] = tuple((label, *values, sum(values)) for label, values in rows)
    sums = tuple(sum(column) for column in zip(*(values for _, values in rows), strict=True))
    total = (texts("app.total"), *sums, sum(sums))
    return Panel(title.name, title.title, chart, columns, body, legend=tuple(series), total=total)


def timed(texts: Texts, rows: Sequence[tuple[str, int, int, int]]) -> Panel:
    """Return the panel of days per step: label, cases, median, 90th percentile."""
    title = Title("days", texts("dash.steps"), texts("dash.steps_note"))
    chart = charts.ranges(title, [(label, median, p90) for label, _, median, p90 in rows])
    columns = tuple(texts(key) for key in ("dash.step", "dash.count", "dash.median", "dash.p90"))
    return Panel(title.name, title.title, chart, columns, tuple(rows), note=texts("dash.steps_note"))
