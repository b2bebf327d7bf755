"""Wrong answers to the exercises of chapter 3.4."""

from mutants.mutant import Mutant

MUTANTS = (
    Mutant(
        "03-4-a",
        "rot90 turns images unless told otherwise",
        ", axes=(1, 2)",
        "",
        "not the axis that counts images",
    ),
    Mutant(
        "03-4-a",
        "a positive turn is clockwise",
        "(images, turn,",
        "(images, -turn,",
        "has to go counterclockwise",
    ),
    Mutant(
        "03-4-a",
        "the answers run through 0 to 3 for each image",
        "np.repeat(np.arange(4), len(images))",
        "np.tile(np.arange(4), len(images))",
        "answers have to follow the blocks",
    ),
    Mutant(
        "03-4-b",
        "shuffling twice undoes it",
        "np.argsort(orders, axis=1)",
        "np.asarray(orders)",
        "not its own inverse",
    ),
    Mutant(
        "03-4-b",
        "all images of a batch have the order of the first",
        "np.argsort(orders, axis=1)",
        "np.argsort(orders, axis=1)[:1].repeat(len(orders), axis=0)",
        "each image has an order of its own",
    ),
)
