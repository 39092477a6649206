"""What picture and page are made of."""

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orch_events.analysis.timeline import Chart
from orch_events.render.timeline.markup import (
    CLASSES,
    DARK,
    LIGHT,
    bar_color,
    element,
    escaped,
    number,
    outline,
    script_json,
    state_class,
)
from tests.build import simulated
from tests.render.timeline.scenes import scene


def luminance(color: str) -> float:
    """Return the relative luminance of a colour, as WCAG has it."""
    channels = [int(color[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(first: str, second: str) -> float:
    lighter, darker = sorted((luminance(first), luminance(second)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def test_contrast_is_counted_as_wcag_does() -> None:
    assert contrast("#ffffff", "#000000") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("colors", [LIGHT, DARK])
@pytest.mark.parametrize("behind", ["back", "hover"])
def test_words_and_bars_can_be_seen_in_both_schemes(colors: dict[str, str], behind: str) -> None:
    for name in ("ink", "quiet", *CLASSES):
        assert contrast(colors[name], colors[behind]) >= 4.5, name
    for name in map(bar_color, CLASSES):
        assert contrast(colors[name], colors[behind]) >= 3, name


def test_both_schemes_have_the_same_colours() -> None:
    assert LIGHT.keys() == DARK.keys()


def test_an_unknown_state_has_the_colour_of_all_others() -> None:
    assert [state_class(state) for state in ("failed", "pondering", "")] == ["failed", "other", "other"]


@given(st.text())
def test_escaped_text_is_never_markup(text: str) -> None:
    found = escaped(text)
    assert not re.search(r"[<>\"'\x00-\x1f\x7f-\x9f\ufffe\uffff\ud800-\udfff]", found)
    assert not re.search(r"&(?!amp;|lt;|gt;|quot;|#x27;)", found)


def test_an_element_has_attributes_that_are_text() -> None:
    assert element("p", ["a", "<b></b>"], class_="x", title='"<') == '<p class="x" title="&quot;&lt;">a<b></b></p>'
    assert element("i") == "<i></i>"


@pytest.mark.parametrize(("value", "text"), [(0, "0"), (1 / 3, "0.33"), (12.5, "12.5"), (100.0, "100"), (0.001, "0")])
def test_numbers_are_brief(value: float, text: str) -> None:
    assert number(value) == text


@pytest.mark.parametrize("text", ["</script>", "<!--", "]]>", "\u2028"])
def test_nothing_in_json_ends_the_script(text: str) -> None:
    written = script_json({"a": text})
    assert "<" not in written
    assert json.loads(written) == {"a": text}


def test_the_outline_of_what_ran_at_once_is_as_high_as_the_box() -> None:
    path, most = outline(scene(simulated(353)).chart)
    assert most == 14
    assert path.startswith("M0 1V")
    assert path.endswith("V1Z")
    heights = [float(value) for value in re.findall(r"V([\d.]+)H", path)]
    assert (len(heights), min(heights)) == (240, 0)
    assert outline(Chart(None, 1.0, []))[1] == 0
