"""Build the packaged medical sample from scikit-image: python -m coursekit.package_tissue FOLDER

FOLDER is ``skimage/data`` of an unpacked wheel of scikit-image (PyPI, version 0.26.0), with
ihc.png (no known copyright restrictions) and retina.jpg (CC0).
Prints the sample's sha256 for ssl_course/data/registry.py.
"""

import sys
from pathlib import Path

import numpy as np
from PIL import Image

from coursekit import ROOT
from ssl_course.data.fetch import sha256_of

SAMPLE = ROOT / "ssl_course" / "data" / "samples" / "tissue.npz"
HEMATOXYLIN, DAB = (0.65, 0.70, 0.29), (0.268, 0.570, 0.776)
"""How strongly each stain absorbs red, green and blue (Ruifrok and Johnston, 2001)."""


def unmix(rgb: np.ndarray) -> np.ndarray:
    """Amount of hematoxylin and of DAB in each pixel, uint8: (2, height, width).

    By the law of Beer and Lambert the amounts add up in the optical density.  A third,
    orthogonal direction takes what neither explains.  The brightest 0.5 % are clipped.
    """
    density = -np.log((rgb + 1.0) / 256.0)
    stains = np.array([HEMATOXYLIN, DAB, np.cross(HEMATOXYLIN, DAB)])
    stains /= np.linalg.norm(stains, axis=1, keepdims=True)
    amounts = np.moveaxis(density @ np.linalg.inv(stains), -1, 0)[:2]
    top = np.percentile(amounts, 99.5, axis=(1, 2), keepdims=True)
    return np.uint8(255 * np.clip(amounts / top, 0, 1))


def main(folder: Path) -> None:
    slide = np.asarray(Image.open(folder / "ihc.png").convert("RGB"), float)
    hematoxylin, marker = unmix(slide)
    green = Image.open(folder / "retina.jpg").convert("RGB").split()[1]
    retina = np.asarray(green.resize((352, 352), Image.Resampling.LANCZOS))
    np.savez_compressed(SAMPLE, hematoxylin=hematoxylin, marker=marker, retina=retina)
    print(f"{sha256_of(SAMPLE)}  {SAMPLE.name}  {SAMPLE.stat().st_size / 1e6:.2f} MB")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
