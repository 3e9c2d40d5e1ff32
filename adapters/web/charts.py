"""Charts as SVG text: pure functions. Colours come from the stylesheet by class: print and dark pages need no others.

Every chart is an image with a title and a description for readers who do not see it; the page has its table beside it.
"""

from collections.abc import Iterable, Sequence

from markupsafe import Markup, escape

from domain.kernel import Value

WIDTH = 560
_LABEL, _END, _ROW, _BAR = 96, 62, 26, 16
_SHORT_LABEL, _SHORT_ASCII = 6, 12
"""Characters that fit beside a bar: in the stylesheet's 13 px a Chinese one is twice as wide as a Latin one."""
_LONG_ROW = 40
_PANEL_WIDTH, _PANEL_HEIGHT, _PANELS = 172, 84, 3
_COLUMNS_HEIGHT = 150
_MOST_MARKS = 8
_MOST_NUMBERS = 17
_HALF_MARK = 24


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
    frame = _frame([label for label, _ in rows])
    most = max((sum(values) for _, values in rows), default=0)
    body: list[str] = []
    for index, (label, values) in enumerate(rows):
        top = index * frame.row + frame.down
        end = frame.left + 8 + _scaled(sum(values), most, frame.plot)
        body += [frame.label(label, index), *_segments(values, frame, top, most)]
        body.append(words(end, top + 17, f"{sum(values):,}", "value"))
    return picture(title, (WIDTH, len(rows) * frame.row + 4), body)


def ranges(title: Title, rows: Sequence[tuple[str, int, int]]) -> Markup:
    """Return per row a dot at the middle value and a line from zero to the upper one."""
    frame = _frame([label for label, _, _ in rows])
    most = max((upper for _, _, upper in rows), default=0)
    body: list[str] = []
    for index, (label, middle, upper) in enumerate(rows):
        mid = index * frame.row + frame.down + 13
        end, dot = (frame.left + 6 + _scaled(value, most, frame.plot - 6) for value in (upper, middle))
        body.append(frame.label(label, index))
        body.append(f'<line class="span" x1="{frame.left + 6}" y1="{mid}" x2="{end:.1f}" y2="{mid}"/>')
        body.append(f'<line class="tick" x1="{end:.1f}" y1="{mid - 6}" x2="{end:.1f}" y2="{mid + 6}"/>')
        body.append(f'<circle class="dot" cx="{dot:.1f}" cy="{mid}" r="5"/>')
        body.append(words(end + 10, mid + 4, f"{middle} / {upper}", "value"))
    return picture(title, (WIDTH, len(rows) * frame.row + 4), body)


def columns(title: Title, rows: Sequence[tuple[str, int]]) -> Markup:
    """Return upright bars over time; about every second label is left out when there are many."""
    most = max((value for _, value in rows), default=0)
    body = _upright(rows, (0.0, 18.0, float(WIDTH), float(_COLUMNS_HEIGHT)), most)
    every = max(1, -(-len(rows) // _MOST_MARKS))
    wide = WIDTH / max(1, len(rows))
    for index, (label, value) in enumerate(rows):
        middle = wide * (index + 0.5)
        if index % every == 0:
            inside = min(max(middle, _HALF_MARK), WIDTH - _HALF_MARK)
            body.append(words(inside, _COLUMNS_HEIGHT + 36, label, "mark middle"))
        if len(rows) <= _MOST_NUMBERS:
            top = 14 + _COLUMNS_HEIGHT - _scaled(value, most, _COLUMNS_HEIGHT)
            body.append(words(middle, top, f"{value:,}", "value middle"))
    return picture(title, (WIDTH, _COLUMNS_HEIGHT + 44), body)


def multiples(title: Title, panels: Sequence[tuple[str, Sequence[tuple[str, int]]]]) -> Markup:
    """Return small charts of the same kind and scale, side by side: what differs is seen at once."""
    most = max((value for _, rows in panels for _, value in rows), default=0)
    body: list[str] = []
    gap = (WIDTH - _PANELS * _PANEL_WIDTH) / (_PANELS - 1)
    for index, (label, rows) in enumerate(panels):
        left, top = (index % _PANELS) * (_PANEL_WIDTH + gap), (index // _PANELS) * (_PANEL_HEIGHT + 46)
        body.append(words(left, top + 14, label, "panel"))
        body.append(words(left + _PANEL_WIDTH, top + 14, f"{sum(value for _, value in rows):,}", "value end"))
        body += _upright(rows, (left, top + 22, _PANEL_WIDTH, _PANEL_HEIGHT - 22), most)
        if rows:
            body.append(words(left, top + _PANEL_HEIGHT + 16, rows[0][0], "mark"))
            body.append(words(left + _PANEL_WIDTH, top + _PANEL_HEIGHT + 16, rows[-1][0], "mark end"))
    lines = -(-len(panels) // _PANELS)
    return picture(title, (WIDTH, lines * (_PANEL_HEIGHT + 46)), body)


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


def _segments(values: Sequence[int], frame: "_Frame", top: int, most: int) -> Iterable[str]:
    left = float(frame.left)
    for number, value in enumerate(values, 1):
        wide = _scaled(value, most, frame.plot)
        if value:
            place = f'x="{left:.1f}" y="{top + 5}" width="{wide:.1f}" height="{_BAR}"'
            yield f'<rect class="s{number}" {place}><title>{value:,}</title></rect>'
        left += wide


def _scaled(value: int, most: int, length: float) -> float:
    return length * value / most if most else 0.0


class _Frame(Value):
    """Where labels and bars go: beside each other, or long labels above their bars."""

    left: int
    row: int
    down: int

    @property
    def plot(self) -> int:
        return WIDTH - self.left - _END

    def label(self, text: str, index: int) -> str:
        if self.down:
            return words(0, index * self.row + 15, text, "long")
        return words(self.left - 10, index * self.row + 17, text, "end")


def _frame(labels: Iterable[str]) -> _Frame:
    long = any(len(label) > (_SHORT_ASCII if label.isascii() else _SHORT_LABEL) for label in labels)
    return _Frame(0, _LONG_ROW, _LONG_ROW - _ROW) if long else _Frame(_LABEL, _ROW, 0)


def words(left: float, top: float, text: str, kind: str) -> str:
    """Return a text of a chart, escaped. ``kind``: its classes."""
    return f'<text class="{kind}" x="{left:.1f}" y="{top:.1f}">{escape(text)}</text>'


def picture(title: Title, size: tuple[int, int], body: Iterable[str]) -> Markup:
    """Return the chart: an image with title and description."""
    name = escape(title.name)
    return Markup(  # noqa: S704  every text in it was escaped where it came in
        f'<svg class="chart" role="img" viewBox="0 0 {size[0]} {size[1]}" aria-labelledby="{name}-t {name}-d">'
        f'<title id="{name}-t">{escape(title.title)}</title><desc id="{name}-d">{escape(title.text)}</desc>'
        f"{''.join(body)}</svg>"
    )
