"""Visible checks of chapter 09-3; written by ``python -m coursekit.checks``, do not edit."""

import numpy as np

from ssl_course.course.checks import Exercise


def check_a(entity_f1):
    there = [{(0, 2, "brand"), (5, 7, "place")}, {(3, 6, "person")}, set()]
    assert entity_f1(there, there) == 1, "Found exactly what is there: F1 has to be 1."
    wrong = [{(0, 2, "place"), (5, 7, "brand")}, {(3, 6, "brand")}, set()]
    assert entity_f1(wrong, there) == 0, "Right place, wrong kind: that is no hit."


def check_b(confident_pairs):
    similarity = np.array([[0.9, 0.2, 0.1, 0.0], [0.3, 0.5, 0.45, 0.0], [0.8, 0.1, 0.2, 0.1]])
    pairs = confident_pairs(similarity)
    assert isinstance(pairs, list) and all(len(pair) == 2 for pair in pairs), (
        "A list of pairs (i, j) is needed."
    )
    assert (2, 0) not in pairs, (
        "Row 2 chooses column 0, but column 0 chooses row 0: the choice has to be mutual."
    )


EXERCISES = {
    "a": Exercise(
        ("entity_f1",),
        check_a,
        (
            (
                "Walk through both lists side by side; the hits of a text are the "
                "intersection of its two sets."
            ),
            (
                "Sum hits, found and true names over all texts before you divide.\n"
                "F1 is twice the hits, divided by found plus true.\n"
                "If that sum is 0, return 0."
            ),
        ),
    ),
    "b": Exercise(
        ("confident_pairs",),
        check_b,
        (
            (
                "The lead of a row is its largest value minus its second largest; "
                "`np.sort` gives both."
            ),
            (
                "`ranked = np.sort(similarity, axis=1)`; the leads of the rows are "
                "`ranked[:, -1] - ranked[:, -2]`.\n"
                "Those of the columns come from the transposed matrix.\n"
                "Then keep i with `back[there[i]] == i` whose row lead, and whose column "
                "lead at `there[i]`, exceed the margin."
            ),
        ),
    ),
}
