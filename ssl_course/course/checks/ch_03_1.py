"""Visible checks of chapter 03-1; written by ``python -m coursekit.checks``, do not edit."""

import numpy as np

from ssl_course.course.checks import Exercise


def check_a(denoising_pair):
    gray = np.full((4, 28, 28, 1), 0.5, "float32")
    inputs, targets = denoising_pair(gray, 0.1, seed=1)
    assert inputs.shape == targets.shape == gray.shape, (
        "Input and target need the shape of the images."
    )


def check_b(keep_largest):
    codes_in = np.array([[0.2, 3.0, 1.0, 2.0], [9.0, 8.0, 7.0, 6.0]])
    kept_out = keep_largest(codes_in.copy(), 2)
    assert kept_out.shape == codes_in.shape, (
        "The kept numbers stay in their places: the shape does not change."
    )


def check_c(pca_rebuild, squared_distance):
    points = np.random.default_rng(0).normal(size=(50, 4)) * [4, 2, 1, 0.5] + [30, 20, 10, 5]
    copied = pca_rebuild(points, 2)
    assert copied.shape == points.shape, (
        "A copy has the shape of the data: decode after you encode."
    )


EXERCISES = {
    "a": Exercise(
        ("denoising_pair",),
        check_a,
        (
            (
                "One of the two arrays has to stay clean.\n"
                "Ask what a network would learn to draw if that one were damaged, too."
            ),
            (
                "`np.random.default_rng(seed).normal(0, std, size=images.shape)` draws "
                "the noise.\n"
                "Add it to the images, clip the sum with `np.clip`, and return the pair "
                "`(damaged, images)`."
            ),
        ),
    ),
    "b": Exercise(
        ("keep_largest",),
        check_b,
        (
            (
                "A threshold, as the package's `KeepLargest` has it, is not enough here: "
                "equal numbers would all pass it.\n"
                "Find *positions*, and fill an array of zeros at these."
            ),
            (
                "`np.argsort(representation, axis=1)[:, -k:]` gives the positions of the "
                "`k` largest of each row.\n"
                "`np.take_along_axis` reads the numbers at these positions and "
                "`np.put_along_axis` writes them into `np.zeros_like(representation)`."
            ),
        ),
    ),
    "c": Exercise(
        ("pca_rebuild", "squared_distance"),
        check_c,
        (
            (
                "Principal components belong to *centered* data.\n"
                "`np.linalg.svd` returns them as rows, the one of largest variance first."
            ),
            (
                "With `mean = x.mean(axis=0)` and `vt` from `_, _, vt = np.linalg.svd(x - "
                "mean, full_matrices=False)`, the basis is `vt[:k]`.\n"
                "Encode by `(x - mean) @ basis.T`, decode by `@ basis`, and add the mean "
                "again.\n"
                "The distance sums over the columns, then averages over the rows."
            ),
        ),
    ),
}
