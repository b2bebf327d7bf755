"""Wrong answers to the exercises of chapter 2."""

from mutants.mutant import Mutant

MUTANTS = (
    Mutant(
        "02-a",
        "every start is good as long as the context fits",
        "range(len(tokens) - length)",
        "range(len(tokens) - length - 1)",
        "Every token with enough context before it is an answer",
    ),
    Mutant(
        "02-a",
        "the answer is the last token of the context",
        "[tokens[start + length] for start in starts]",
        "[tokens[start + length - 1] for start in starts]",
        "The answer must not stand in its own context",
    ),
    Mutant(
        "02-b",
        "the number of a cluster is its label",
        "names = votes.argmax(axis=1)",
        "names = np.arange(clusters)",
        "the number of a cluster is not a label",
    ),
    Mutant(
        "02-b",
        "clusters may be named by the labels that are asked for",
        "np.add.at(votes, (few_clusters, few_labels), 1)",
        "np.add.at(votes, (test_clusters, test_labels), 1)",
        "Name the clusters by the few labels",
    ),
)
