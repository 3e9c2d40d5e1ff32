"""Charts as SVG text: pure functions. Colours come from the stylesheet by class: print and dark pages need no others.

Every chart is an image with a title and a description for readers who do not see it; the page has its table beside it.
"""

from collections.abc import Iterable, Sequence

from markupsafe import Markup, escape

from domain.kernel import Value

WIDTH = 720
_LABEL, _END, _ROW, _BAR = 150, 76, 26, 16
_PLOT = WIDTH - _LABEL - _END
_PANEL_WIDTH, _PANEL_HEIGHT, _PANELS = 228, 84, 3
_COLUMNS_HEIGHT = 150
_MOST_MARKS = 12


class Title(Value):
    """What a chart is called and says. ``name`` is its id in the page."""

    name: str
    title: str
    text: str


def bars(title: Title, rows: Sequence[tuple[str, int]]) -> Markup:
    """Return horizontal bars, one per row, each with its number at the end."""
    return stacked(title, [(label, (value,)) for label, value in rows])


def stacked(title: Title, rows: Sequence[tuple[str, Sequence[int]]]) -> Markup:
    """Return horizontal stacked bars; the number at the end is the sum."""
    most = max((sum(values) for _, values in rows), default=0)
    body: list[str] = []
    for index, (label, values) in enumerate(rows):
        top = index * _ROW
        body += [_label(label, top), *_segments(values, top, most)]
        body.append(_text(_LABEL + 8 + _scaled(sum(values), most, _PLOT), top + 17, f"{sum(values):,}", "value"))
    return _svg(title, (WIDTH, len(rows) * _ROW + 4), body)


def ranges(title: Title, rows: Sequence[tuple[str, int, int]]) -> Markup:
    """Return per row a dot at the middle value and a line from zero to the upper one."""
    most = max((upper for _, _, upper in rows), default=0)
    body: list[str] = []
    for index, (label, middle, upper) in enumerate(rows):
        top, mid = index * _ROW, index * _ROW + 13
        end, dot = (_LABEL + _scaled(value, most, _PLOT) for value in (upper, middle))
        body.append(_label(label, top))
        body.append(f'<line class="span" x1="{_LABEL}" y1="{mid}" x2="{end:.1f}" y2="{mid}"/>')
        body.append(f'<line class="tick" x1="{end:.1f}" y1="{mid - 6}" x2="{end:.1f}" y2="{mid + 6}"/>')
        body.append(f'<circle class="dot" cx="{dot:.1f}" cy="{mid}" r="5"/>')
        body.append(_text(end + 8, top + 17, f"{middle} / {upper}", "value"))
    return _svg(title, (WIDTH, len(rows) * _ROW + 4), body)


def columns(title: Title, rows: Sequence[tuple[str, int]]) -> Markup:
    """Return upright bars over time; about every second label is left out when there are many."""
    most = max((value for _, value in rows), default=0)
    body = _upright(rows, (0.0, 18.0, float(WIDTH), float(_COLUMNS_HEIGHT)), most)
    every = max(1, -(-len(rows) // _MOST_MARKS))
    wide = WIDTH / max(1, len(rows))
    for index, (label, value) in enumerate(rows):
        middle = wide * (index + 0.5)
        if index % every == 0:
            body.append(_text(middle, _COLUMNS_HEIGHT + 36, label, "mark middle"))
        if len(rows) <= _MOST_MARKS * 2:
            top = 14 + _COLUMNS_HEIGHT - _scaled(value, most, _COLUMNS_HEIGHT)
            body.append(_text(middle, top, f"{value:,}", "value middle"))
    return _svg(title, (WIDTH, _COLUMNS_HEIGHT + 44), body)


def multiples(title: Title, panels: Sequence[tuple[str, Sequence[tuple[str, int]]]]) -> Markup:
    """Return small charts of the same kind and scale, side by side: what differs is seen at once."""
    most = max((value for _, rows in panels for _, value in rows), default=0)
    body: list[str] = []
    gap = (WIDTH - _PANELS * _PANEL_WIDTH) / (_PANELS - 1)
    for index, (label, rows) in enumerate(panels):
        left, top = (index % _PANELS) * (_PANEL_WIDTH + gap), (index // _PANELS) * (_PANEL_HEIGHT + 46)
        body.append(_text(left, top + 14, label, "panel"))
        body.append(_text(left + _PANEL_WIDTH, top + 14, f"{sum(value for _, value in rows):,}", "value end"))
        body += _upright(rows, (left, top + 22, _PANEL_WIDTH, _PANEL_HEIGHT - 22), most)
        if rows:
            body.append(_text(left, top + _PANEL_HEIGHT + 16, rows[0][0], "mark"))
            body.append(_text(left + _PANEL_WIDTH, top + _PANEL_HEIGHT + 16, rows[-1][0], "mark end"))
    lines = -(-len(panels) // _PANELS)
    return _svg(title, (WIDTH, lines * (_PANEL_HEIGHT + 46)), body)


def _upright(rows: Sequence[tuple[str, int]], box: tuple[float, float, float, float], most: int) -> list[str]:
    left, top, width, height = box
    wide = width / max(1, len(rows))
    drawn = [f'<line class="axis" x1="{left}" y1="{top + height}" x2="{left + width}" y2="{top + height}"/>']
    for index, (label, value) in enumerate(rows):
        high = _scaled(value, most, height)
        place = f'x="{left + wide * (index + 0.14):.1f}" y="{top + height - high:.1f}"'
        size = f'width="{wide * 0.72:.1f}" height="{high:.1f}"'
        drawn.append(f'<rect class="s1" {place} {size}><title>{escape(label)}: {value:,}</title></rect>')
    return drawn


def _segments(values: Sequence[int], top: int, most: int) -> Iterable[str]:
    left = float(_LABEL)
    for number, value in enumerate(values, 1):
        wide = _scaled(value, most, _PLOT)
        if value:
            place = f'x="{left:.1f}" y="{top + 5}" width="{wide:.1f}" height="{_BAR}"'
            yield f'<rect class="s{number}" {place}><title>{value:,}</title></rect>'
        left += wide


def _scaled(value: int, most: int, length: float) -> float:
    return length * value / most if most else 0.0


def _label(text: str, top: int) -> str:
    return _text(_LABEL - 10, top + 17, text, "end")


def _text(left: float, top: float, text: str, kind: str) -> str:
    return f'<text class="{kind}" x="{left:.1f}" y="{top:.1f}">{escape(text)}</text>'


def _svg(title: Title, size: tuple[int, int], body: Iterable[str]) -> Markup:
    name = escape(title.name)
    return Markup(  # noqa: S704  every text in it was escaped where it came in
        f'<svg class="chart" role="img" viewBox="0 0 {size[0]} {size[1]}" aria-labelledby="{name}-t {name}-d">'
        f'<title id="{name}-t">{escape(title.title)}</title><desc id="{name}-d">{escape(title.text)}</desc>'
        f"{''.join(body)}</svg>"
    )
