"""Wrong answers to the exercises of chapter 3.6."""

from mutants.mutant import Mutant

MUTANTS = (
    Mutant(
        "03-6-a",
        "without stop-gradient a target learns too",
        "ops.normalize(ops.stop_gradient(t), axis=1)",
        "ops.normalize(t, axis=1)",
        "stop its gradient",
    ),
    Mutant(
        "03-6-a",
        "the gradient stops at the prediction",
        "p = ops.normalize(p, axis=1)\n        t = ops.normalize(ops.stop_gradient(t), axis=1)",
        "p = ops.normalize(ops.stop_gradient(p), axis=1)\n        t = ops.normalize(t, axis=1)",
        "Both predictions have to learn",
    ),
    Mutant(
        "03-6-a",
        "a view predicts its own target",
        "(prediction, other_target)\n"
        "    return 0.5 * (forward + distance(other_prediction, target))",
        "(prediction, target)\n"
        "    return 0.5 * (forward + distance(other_prediction, other_target))",
        "meets the target of the other view",
    ),
    Mutant(
        "03-6-a",
        "lengths of vectors count",
        "p = ops.normalize(p, axis=1)\n        t = ops.normalize(ops.stop_gradient(t), axis=1)",
        "t = ops.stop_gradient(t)",
        "Only directions count",
    ),
    Mutant(
        "03-6-a",
        "the mean over features is as good as the sum",
        "ops.mean(ops.sum((p - t) ** 2, axis=1))",
        "ops.mean((p - t) ** 2)",
        "sum over the features",
    ),
    Mutant(
        "03-6-b",
        "small projections are collapsed projections",
        "unit = projections / np.linalg.norm(projections, axis=1, keepdims=True)",
        "unit = projections",
        "scale every row to length 1",
    ),
    Mutant(
        "03-6-b",
        "the mean row may stay",
        "rest = unit - unit.mean(axis=0)",
        "rest = unit",
        "subtract the mean row",
    ),
    Mutant(
        "03-6-b",
        "a spread in every feature is enough",
        "singular = np.linalg.svd(rest, compute_uv=False)",
        "singular = rest.std(axis=0)",
        "not at each feature for itself",
    ),
    Mutant(
        "03-6-b",
        "squares of singular values are as good",
        "singular = np.linalg.svd(rest, compute_uv=False)",
        "singular = np.linalg.svd(rest, compute_uv=False) ** 2",
        "not of their squares",
    ),
)
