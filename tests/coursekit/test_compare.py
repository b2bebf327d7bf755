"""What counts as the same output."""

import pytest
from nbformat.v4 import new_output

from coursekit.run.compare import difference, tolerance


def printed(text, name="stdout"):
    return [new_output("stream", text=text, name=name)]


def shown(**data):
    return [new_output("display_data", {k.replace("_", "/"): v for k, v in data.items()})]


def test_the_same_is_the_same():
    assert difference(printed("a 1\n"), printed("a 1\n")) is None


@pytest.mark.parametrize("now", ["a 2\n", "b 1\n", "a 1\nmore\n", ""])
def test_any_change_counts_to_the_letter(now):
    assert difference(printed("a 1\n"), printed(now)) is not None


def test_the_difference_shows_both():
    told = difference(printed("same\nold\n"), printed("same\nnew\n"))
    assert "-old" in told
    assert "+new" in told
    assert "same" not in told


def test_an_output_that_is_missing_or_new_counts():
    assert difference([], printed("a")) is not None
    assert difference(printed("a"), []) is not None


def test_pictures_messages_on_stderr_and_addresses_do_not_count():
    stored = shown(text_plain="<Figure size 2x2>")
    now = shown(text_plain="<Figure size 2x2>", image_png="AAAA") + printed("warning", "stderr")
    assert difference(stored, now) is None
    one, two = ("<A object at 0x7f01>", "<A object at 0x7f02>")
    assert difference(shown(text_plain=one), shown(text_plain=two)) is None


@pytest.mark.parametrize(
    ("before", "now", "same"),
    [
        ("loss 2.00", "loss 2.03", True),
        ("loss 2.00", "loss 2.05", False),
        ("share 0.50", "share 0.519", True),  # below one, the tolerance is absolute
        ("share 0.50", "share 0.53", False),
        ("1,000 images", "1,010 images", True),
        ("a 1.0", "b 1.0", False),
        ("1.0 and 2.0", "1.0", False),
        ("| a   | 1.00 |", "| a | 1.01 |", True),
        ("−0.10", "-0.11", True),
    ],
)
def test_a_tag_gives_a_tolerance(before, now, same):
    assert (difference(printed(before), printed(now), ["approx-2pct"]) is None) == same


def test_a_tag_takes_a_cell_out():
    assert difference(printed("1"), printed("2"), ["nbval-ignore-output"]) is None


def test_the_largest_tolerance_counts():
    assert tolerance(["approx-2pct", "approx-10pct", "other"]) == 0.1
    assert tolerance([]) == 0


def test_of_the_target_of_an_exercise_only_the_print_counts():
    now = printed("1\n") + shown(text_plain="<Figure>")
    assert difference(printed("1"), now, ["coursekit-printed"]) is None
    assert difference(printed("2"), now, ["coursekit-printed"]) is not None
