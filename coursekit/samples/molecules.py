"""Write the packaged molecules: python -m coursekit.package_molecules smiles_moses_220k.csv.gz

The file, columns ``smiles`` and ``split``, is a random part of MOSES (package molsets, MIT
license; Polykovskiy et al., 2020): SMILES of drug-like molecules, each once.  20,000 of its
training part become train, 1,000 more validation, 1,000 of its test part test.
Prints the sample's sha256 for ssl_course/data/registry.py.
"""

import bz2
import sys

import pandas as pd

from coursekit import ROOT
from ssl_course.data.fetch import sha256_of

SAMPLE = ROOT / "ssl_course" / "data" / "samples" / "molecules.csv.bz2"
TRAIN, HELD_OUT = 20_000, 1_000


def main(path: str) -> None:
    frame = pd.read_csv(path, keep_default_na=False).sample(frac=1, random_state=0)
    train, test = (frame[frame["split"] == part]["smiles"] for part in ("train", "test"))
    parts = {
        "train": train[:TRAIN],
        "validation": train[TRAIN : TRAIN + HELD_OUT],
        "test": test[:HELD_OUT],
    }
    rows = [pd.DataFrame({"smiles": smiles, "part": part}) for part, smiles in parts.items()]
    text = pd.concat(rows).to_csv(index=False, lineterminator="\n")
    SAMPLE.write_bytes(bz2.compress(text.encode(), 9))
    print(f"{sha256_of(SAMPLE)}  {SAMPLE.name}  {SAMPLE.stat().st_size / 1e6:.2f} MB")


if __name__ == "__main__":
    main(sys.argv[1])
