"""The choice of a panel: HTML that needs no script."""

import re

import pytest

from ssl_course import interactive

PANELS = {"few": "<p>one</p>", "a < b": "<p>two</p>"}


def test_one_radio_and_one_panel_for_each_option_and_the_start_is_checked():
    page = interactive.Choice("How many?", PANELS, start="a < b")._repr_html_()
    assert page.count('type="radio"') == page.count('class="panel"') == 2
    assert len(set(re.findall(r'type="radio" name="([^"]+)"', page))) == 1
    assert re.search(r'id="(\S+)" checked> a &lt; b', page)
    assert page.count(" checked") == 1
    assert "<script" not in page


def test_two_figures_on_one_page_do_not_share_names():
    figure = interactive.Choice("How many?", PANELS, start="few")
    first, second = (re.search(r'name="([^"]+)"', figure._repr_html_())[1] for _ in range(2))
    assert first != second


def test_unknown_start():
    with pytest.raises(ValueError, match="no panel 'many' to start with; there are few, a < b"):
        interactive.Choice("How many?", PANELS, start="many")


def test_bars_are_as_long_as_their_numbers():
    table = interactive.bars({"one": 0.5, "t & wo": 1.0}, maximum=2.0)
    assert "width:25.0%" in table
    assert "width:50.0%" in table
    assert "t &amp; wo" in table
    assert "0.500" in table
