"""Charts: well-formed, named, to scale, and safe with any label."""

from datetime import date
from xml.etree import ElementTree as ET

import pytest
from markupsafe import Markup

from adapters.web import charts, timeline
from adapters.web.charts import Title
from adapters.web.timeline import Span

TITLE = Title("chart", "Cases <by> stage", "See the table & more")
SVG = "{http://www.w3.org/2000/svg}"
TODAY = date(2026, 3, 2)
NASTY = '<script>"&'


def parsed(markup: Markup) -> ET.Element:
    return ET.fromstring(str(markup).replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1))  # noqa: S314  our own charts, made above


ALL = [
    charts.bars(TITLE, [("opened", 3), (NASTY, 1)]),
    charts.stacked(TITLE, [("opened", [3, 0, 2]), (NASTY, [0, 0, 0])]),
    charts.columns(TITLE, [("2026-01", 3), (NASTY, 0)]),
    charts.ranges(TITLE, [("opened", 3, 9), (NASTY, 0, 0)]),
    charts.multiples(TITLE, [("a", [("2026-01", 3)]), (NASTY, [])]),
    timeline.spans(TITLE, [(NASTY, [Span(date(2019, 5, 1), None, NASTY)])], TODAY),
    timeline.spans(TITLE, [], TODAY),
    charts.bars(TITLE, []),
    charts.stacked(TITLE, []),
    charts.columns(TITLE, []),
    charts.ranges(TITLE, []),
    charts.multiples(TITLE, []),
]


@pytest.mark.parametrize("markup", ALL)
def test_a_chart_is_an_image_with_title_and_description(markup: Markup) -> None:
    svg = parsed(markup)
    names = svg.attrib["aria-labelledby"].split()
    assert svg.attrib["role"] == "img"
    assert [svg[0].attrib["id"], svg[1].attrib["id"]] == names
    assert (svg[0].text, svg[1].text) == (TITLE.title, TITLE.text)
    assert not any("style" in node.attrib for node in svg.iter())


@pytest.mark.parametrize("markup", ALL)
def test_a_label_cannot_become_markup(markup: Markup) -> None:
    assert not list(parsed(markup).iter(f"{SVG}script"))


def test_bars_are_to_scale_and_carry_their_numbers() -> None:
    svg = parsed(charts.bars(TITLE, [("a", 200), ("b", 50)]))
    first, second = (float(node.attrib["width"]) for node in svg.iter(f"{SVG}rect"))
    assert first == pytest.approx(4 * second, abs=0.2)
    assert [node.text for node in svg.iter(f"{SVG}text")] == ["a", "200", "b", "50"]


def test_stacked_bars_lie_end_to_end() -> None:
    svg = parsed(charts.stacked(TITLE, [("a", [10, 0, 30])]))
    left, right = svg.iter(f"{SVG}rect")
    assert float(left.attrib["x"]) + float(left.attrib["width"]) == pytest.approx(float(right.attrib["x"]), abs=0.2)
    assert (left.attrib["class"], right.attrib["class"]) == ("s1", "s3")


def test_small_multiples_share_one_scale() -> None:
    svg = parsed(charts.multiples(TITLE, [("a", [("m", 40)]), ("b", [("m", 10)])]))
    first, second = (float(node.attrib["height"]) for node in svg.iter(f"{SVG}rect"))
    assert first == pytest.approx(4 * second, abs=0.2)


@pytest.mark.parametrize("label", ["T05 Print and send confirmation of receipt", "Opinion given", "建湖县经济开发区"])
def test_long_labels_stand_above_their_bars(label: str) -> None:
    svg = parsed(charts.bars(TITLE, [(label, 3)]))
    text = next(svg.iter(f"{SVG}text"))
    assert (text.attrib["class"], text.attrib["x"]) == ("long", "0.0")


@pytest.mark.parametrize("label", ["Not accepted", "单独登记备案"])
def test_short_labels_stand_beside_their_bars(label: str) -> None:
    text = next(parsed(charts.bars(TITLE, [(label, 3)])).iter(f"{SVG}text"))
    assert (text.attrib["class"], text.attrib["x"]) == ("end", "86.0")


def test_versions_lie_on_one_scale_of_time() -> None:
    first = Span(date(2020, 1, 1), date(2022, 1, 1), "one")
    second = Span(date(2022, 1, 1), None, "two", series=2)
    svg = parsed(timeline.spans(TITLE, [("city", [first]), ("county", [second])], TODAY))
    left, right = svg.iter(f"{SVG}rect")
    assert float(left.attrib["x"]) == 0
    end = float(left.attrib["x"]) + float(left.attrib["width"]) + 1
    assert float(right.attrib["x"]) == pytest.approx(end, abs=0.2)
    assert float(right.attrib["x"]) + float(right.attrib["width"]) + 1 == pytest.approx(charts.WIDTH, abs=0.2)
    now = next(node for node in svg.iter(f"{SVG}line") if node.attrib["class"] == "now")
    assert float(right.attrib["x"]) < float(now.attrib["x1"]) < charts.WIDTH
