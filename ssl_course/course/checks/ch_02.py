"""Visible checks of chapter 02; written by ``python -m coursekit.checks``, do not edit."""

import numpy as np

from ssl_course.course.checks import Exercise


def check_a(next_token_pairs):
    contexts, answers = next_token_pairs(list("abcde"), 2)
    assert len(contexts) == len(answers), "Each context needs exactly one answer."


def check_b(cluster_accuracy):
    few_in, few_are = np.array([0, 0, 0, 1, 1]), np.array([2, 2, 0, 0, 0])
    assert np.isclose(cluster_accuracy(few_in, few_are, np.array([0, 1]), np.array([2, 0])), 1), (
        "Cluster 0 is named 2 and cluster 1 is named 0: the number of a cluster is not a label."
    )


EXERCISES = {
    "a": Exercise(
        ("next_token_pairs",),
        check_a,
        (
            (
                "The first context starts at position 0. At which position does the last "
                "one start, if a token has to follow it?"
            ),
            (
                "Starts run over `range(len(tokens) - length)`; the context is "
                "`tokens[start:start + length]`, its answer `tokens[start + length]`."
            ),
        ),
    ),
    "b": Exercise(
        ("cluster_accuracy",),
        check_b,
        (
            (
                "Count how often each label occurs in each cluster; the name is the label "
                "with the highest count."
            ),
            (
                "`np.add.at(votes, (few_clusters, few_labels), 1)` fills a table of "
                "clusters × labels, and `votes.argmax(axis=1)` reads the names."
            ),
        ),
    ),
}
