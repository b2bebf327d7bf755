"""Visible checks of chapter 06-4; written by ``python -m coursekit.checks``, do not edit."""

import numpy as np

from ssl_course.course.checks import Exercise


def check_a(mix_neighbors):
    corners = np.array([[0.0, 0.0], [1.0, 1.0], [50.0, 0.0], [51.0, 1.0]])
    new = mix_neighbors(corners, 400, 1, seed=1)
    assert new.shape == (400, 2), (
        "As many points as asked for are needed, each with the coordinates of the given ones."
    )
    assert len(np.unique(new[:, 0])) > 300, (
        "The new points repeat: a point is its own nearest point, and a mixture "
        "of it with itself is a copy."
    )


def check_b(coverage):
    line = np.array([[0.0], [1.0], [3.0], [10.0]])
    assert np.isclose(coverage(line, line, 1), 1), (
        "Real points cover themselves: the share has to be 1."
    )
    assert np.isclose(coverage(line, line + 100, 1), 0), "Made points far away cover nothing."


EXERCISES = {
    "a": Exercise(
        ("mix_neighbors",),
        check_a,
        (
            (
                "Compute all distances between points first.\n"
                "A point is its own nearest point; get it out of the way."
            ),
            (
                "Set the diagonal of the distance matrix to `np.inf`, then `np.argsort(…, "
                "axis=1)[:, :neighbors]` names the neighbors of each point.\n"
                "Draw `start` with `rng.integers(len(points), size=count)` and a column "
                "for each.\n"
                "`rng.random((count, 1))` draws one step for each new point, the same for "
                "all its coordinates."
            ),
        ),
    ),
    "b": Exercise(
        ("coverage",),
        check_b,
        (
            ("You need two matrices of distances: real to real for the radii, and real to made."),
            (
                "In a sorted row of real-to-real distances, column 0 is the point itself, "
                "so the radius is column `k`.\n"
                "A real point is covered if the smallest distance in its real-to-made row "
                "is at most its radius.\n"
                "Average over the real points."
            ),
        ),
    ),
}
