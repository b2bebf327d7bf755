"""Mirrors whose list agrees with files that hold something else, and lists in every notation."""

import gzip
import io

import numpy as np
import pytest

from ssl_course import data
from ssl_course.data import fetch, speech, text
from ssl_course.data.sums import read_sums

IMAGES = np.full((60_000, 28, 28), 7, np.uint8)
LABELS = np.arange(60_000) % 10
RARE = np.where(np.arange(60_000) < 10, LABELS, LABELS % 9)
"""A 9 is there once."""


def npz(**arrays) -> bytes:
    stream = io.BytesIO()
    np.savez_compressed(stream, **arrays)
    return stream.getvalue()


def keras_form(**changed) -> bytes:
    """The four arrays of a set of images, some of them other ones, or missing (None)."""
    few = {"x_test": IMAGES[:10], "y_test": LABELS[:10]}
    arrays = {"x_train": IMAGES, "y_train": LABELS, **few} | changed
    return npz(**{name: array for name, array in arrays.items() if array is not None})


def medmnist(**changed) -> bytes:
    parts = {f"x_{part}": IMAGES[:20] for part in ("train", "val", "test")}
    labels = {f"y_{part}": LABELS[:20, None] % 2 for part in ("train", "val", "test")}
    return npz(**(parts | labels | changed))


def idx(array) -> bytes:
    header = bytes([0, 0, 8, array.ndim]) + np.array(array.shape, ">u4").tobytes()
    return gzip.compress(header + array.tobytes())


IDX = ("train-images-idx3", "train-labels-idx1", "t10k-images-idx3", "t10k-labels-idx1")
CREDIT = "credit_default_taiwan.csv.gz"
SPOKEN = {
    "audio": np.ones(400, np.int16),
    "offset": np.array([0, 200, 400]),
    "speaker": np.zeros(2, int),
    "speaker_names": np.array(["theo"]),
    "label": np.array([0, 1]),
}
WRONG = {
    "mnist": [
        ({"mnist.npz": b"no archive"}, "not readable as an .npz archive"),
        ({"mnist.npz": keras_form(y_test=None)}, "it has no y_test"),
        ({"mnist.npz": keras_form(x_train=IMAGES[:100], y_train=LABELS[:100])}, "100 training"),
        ({"mnist.npz": keras_form(x_train=IMAGES[:, :5])}, r"images are \(5, 28\), not \(28, 28\)"),
        ({"mnist.npz": keras_form(y_train=LABELS[:9])}, r"60000 images and labels \(9,\)"),
        ({"mnist.npz": keras_form(y_train=LABELS + 1)}, "a label is 10, and there are 10 classes"),
        ({"mnist.npz": keras_form(x_train=IMAGES / 255)}, "images end at 1"),
        ({"mnist.npz": keras_form(x_train=IMAGES.astype("S1"))}, "no grey levels from 0 to 255"),
        ({"mnist.npz": keras_form(x_test=-IMAGES[:10].astype(int))}, "no grey levels"),
        ({"mnist.npz": npz(x_train=np.array([{}], object))}, "not readable as an .npz archive"),
    ],
    "fashion_mnist": [
        ({f"{name}-ubyte.gz": b"no gzip" for name in IDX}, "BadGzipFile"),
        ({f"{name}-ubyte.gz": idx(IMAGES[:9])[:-9] for name in IDX}, "EOFError|error"),
        ({f"{name}-ubyte.gz": gzip.compress(b"") for name in IDX}, "IndexError"),
        ({"fashion_mnist.npz": keras_form(y_train=LABELS // 9)}, "it has 2 of 10 classes"),
        ({"fashion_mnist.npz": keras_form(y_train=RARE)}, "a class has 1 examples, and 6000 are"),
    ],
    "cifar10": [
        ({"cifar-10-binary.tar.gz": b"no archive"}, "ReadError"),
        ({"cifar10.npz": keras_form()}, r"images are \(28, 28\), not \(32, 32, 3\)"),
    ],
    "usps": [
        ({"usps.npz": b""}, "not readable"),
        ({"usps.npz": keras_form(x_train=IMAGES[:50], y_train=LABELS[:50])}, "a class has 5 exam"),
    ],
    "pneumoniamnist": [
        ({"pneumoniamnist.npz": b"not a zip"}, "not readable"),
        ({"pneumoniamnist.npz": npz(train_images=IMAGES[:9])}, "it has no x_test, x_train, x_val"),
        ({"pneumoniamnist.npz": medmnist(x_val=IMAGES[:20, :9])}, r"images are \(9, 28\)"),
        ({"pneumoniamnist.npz": medmnist(y_test=LABELS[:20])}, "a label is 2, 3, 4, and there are"),
    ],
    "esol": [
        ({"esol.csv": b"SMILES,logS\nC,1\n"}, "it has no smiles"),
        ({"esol.csv": b"\xff\xfe\x00"}, "not readable as comma-separated values"),
        ({"esol.csv": b""}, "not readable as comma-separated values"),
        ({"esol.csv": b"smiles,logS\n"}, "its table has no row"),
        ({"esol.csv": b"smiles,logS\n" + b"C,high\n" * 9}, "ValueError"),
    ],
    "splice": [
        ({"dna_splice.csv.gz": gzip.compress(b"a,b\n1,2\n")}, "it has no label, sequence"),
        ({"dna_splice.csv.gz": gzip.compress(b"sequence,label\nACGT,EI\n")}, r"sequences of \[4\]"),
        ({"dna_splice.csv.gz": b"no gzip"}, "not readable"),
        (
            {"dna_splice.csv.gz": gzip.compress(b"sequence,label\n" + b"A" * 60 + b",other\n")},
            "ValueError",
        ),
    ],
    "credit_default": [
        ({CREDIT: gzip.compress(b"ID,SEX\n1,2\n")}, "it has no AGE, EDUCATION, MARRIAGE, default"),
        (
            {
                CREDIT: gzip.compress(
                    b"ID,SEX,EDUCATION,MARRIAGE,AGE,default_next_month\n1,1,1,1,30,0\n"
                )
            },
            "0 columns of numbers",
        ),
    ],
    "spoken_digits": [
        ({"fsdd_8k.npz": npz(audio=np.ones(9))}, "it has no label, offset, speaker, speaker_names"),
        ({"fsdd_8k.npz": npz(**SPOKEN)}, "no recordings of george, jackson"),
        ({"fsdd_8k.npz": npz(**SPOKEN | {"label": np.array([0, 11])})}, "a label is 11"),
    ],
    "sst2": [
        (
            {f"sst2_{part}.csv.gz": gzip.compress(b"sentence\na\n") for part in ("train", "test")},
            "it has no label, text",
        ),
        (
            {
                f"sst2_{part}.csv.gz": gzip.compress(b"text,label\na b,7\n")
                for part in ("train", "test")
            },
            "a label is 7, and there are 2 classes",
        ),
    ],
}
CASES = [(name, files, reason) for name, cases in WRONG.items() for files, reason in cases]


def fill(folder, files: dict[str, bytes]) -> None:
    for name, content in files.items():
        (folder / name).write_bytes(content)
    sums = [f"{fetch.sha256_of(folder / name)}  {name}\n" for name in files]
    (folder / fetch.MIRROR_LIST).write_text("".join(sums), encoding="utf-8")


@pytest.fixture
def mirror(private, monkeypatch):
    folder = private / "mirror"
    folder.mkdir()
    monkeypatch.setenv("SSL_COURSE_DATA", str(folder))
    for remembered in (text.texts, text.vocabulary, speech.clips):
        remembered.cache_clear()
    yield folder
    for remembered in (text.texts, text.vocabulary, speech.clips):
        remembered.cache_clear()


@pytest.mark.parametrize(
    ("name", "files", "reason"), CASES, ids=[f"{name}-{reason}" for name, _, reason in CASES]
)
def test_something_else_under_a_right_checksum(mirror, name, files, reason):
    fill(mirror, files)
    with pytest.raises(data.DataError, match=reason) as caught:
        data.load(name, full=True)
    assert "Replace it by the official file." in str(caught.value)
    if reason != "100 training":
        assert str(mirror / next(iter(files))) in str(caught.value)


class TestList:
    NAME = "my digits.npz"
    SUM = "0123456789abcdef" * 4

    @pytest.mark.parametrize(
        "line",
        [
            "{sum}  {name}",
            "{sum} *{name}",
            "{sum} *./{name}",
            "{sum}  ./{name}\r",
            "{sum}\t{name}",
            "{upper}  {name}",
            "SHA256 ({name}) = {sum}",
            "SHA256 (./{name}) = {upper}",
            "SHA256({name})= {sum}",
            "# written by hand\n\n{sum}  {name}",
            "{sum}  mirror/{name}",
            "{sum}  {folder}/{name}",
            "{sum} *.\\{name}",
        ],
    )
    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
    def test_notation(self, tmp_path, line, encoding):
        folder = tmp_path / "mirror"
        folder.mkdir()
        values = {"sum": self.SUM, "upper": self.SUM.upper(), "name": self.NAME, "folder": folder}
        (folder / "SHA256SUMS").write_bytes(f"{line.format(**values)}\n".encode(encoding))
        assert read_sums(folder / "SHA256SUMS") == ({self.NAME: self.SUM}, [])

    def test_file_of_another_folder_is_another_file(self, tmp_path):
        (tmp_path / "SHA256SUMS").write_text(f"{self.SUM}  older/a.npz\n", encoding="utf-8")
        assert read_sums(tmp_path / "SHA256SUMS")[0] == {"older/a.npz": self.SUM}

    def test_escaped_name(self, tmp_path):
        (tmp_path / "SHA256SUMS").write_text(f"\\{self.SUM}  a\\nb\n", encoding="utf-8")
        assert read_sums(tmp_path / "SHA256SUMS")[0] == {"a\nb": self.SUM}

    @pytest.mark.parametrize("line", ["MD5 (a) = 0123", "0123  a", "a  " + SUM, SUM])
    def test_other_lines_are_told(self, tmp_path, line):
        (tmp_path / "SHA256SUMS").write_text(f"{line}\n", encoding="utf-8")
        assert read_sums(tmp_path / "SHA256SUMS") == ({}, [line])


class TestMirrorThatLacksSomething:
    def refused(self, match):
        with pytest.raises(data.DataError, match=match):
            data.load("mnist", full=True)

    def test_each_name_is_said_once(self, mirror):
        fill(mirror, {})
        self.refused(r"it needs mnist\.npz, listed in SHA256SUMS\. Add what is missing")

    def test_listed_and_not_there(self, mirror):
        fill(mirror, {"mnist.npz": b""})
        (mirror / "mnist.npz").unlink()
        self.refused(r"mnist\.npz is listed and not there\.")

    def test_there_and_not_listed(self, mirror):
        fill(mirror, {})
        (mirror / "mnist.npz").touch()
        self.refused(r"mnist\.npz is there and not listed\.")

    def test_unreadable_lines(self, mirror):
        (mirror / "mnist.npz").touch()
        (mirror / "SHA256SUMS").write_text("d41d8cd9  mnist.npz\n", encoding="utf-8")
        self.refused(r"1 lines of the list are no sha256 sums, the first: 'd41d8cd9  mnist\.npz'")

    def test_list_that_is_no_text(self, mirror):
        (mirror / "SHA256SUMS").write_bytes(b"\xff\xff\xff")
        self.refused("SHA256SUMS is not readable as text")

    @pytest.mark.parametrize("make", ["file", "nothing"])
    def test_no_folder(self, mirror, monkeypatch, make):
        place = mirror / "elsewhere"
        if make == "file":
            place.touch()
        monkeypatch.setenv("SSL_COURSE_DATA", str(place))
        self.refused(rf"The mirror {place} \(from SSL_COURSE_DATA\) is no folder\. Name another")


def test_folder_in_place_of_a_cached_file(private):
    (private / "cache" / "data" / "mnist" / "mnist.npz").mkdir(parents=True)
    with pytest.raises(data.DataError, match=r"Cannot read .*mnist\.npz: Is a directory\. Delete"):
        data.load("mnist", full=True)


@pytest.mark.parametrize("variable", ["SSL_COURSE_DATA", "SSL_COURSE_CACHE"])
def test_tilde_is_the_home_folder(private, monkeypatch, variable):
    monkeypatch.setenv("HOME", str(private))
    monkeypatch.setenv("USERPROFILE", str(private))
    monkeypatch.setenv(variable, "~/a folder")
    assert fetch.folder_from(variable) == private / "a folder"


def test_packaged_table_with_other_line_ends(tmp_path, monkeypatch):
    """As a clone has them that was made with core.autocrlf, before .gitattributes forbade it."""
    from ssl_course.chapters import entities

    with fetch.packaged(entities._FILE) as path:
        content = path.read_bytes()
    samples = tmp_path / "samples"
    samples.mkdir()
    (samples / entities._FILE.name).write_bytes(content.replace(b"\n", b"\r\n"))
    monkeypatch.setattr(fetch.resources, "files", lambda _: tmp_path)
    with fetch.packaged(entities._FILE) as path:
        assert path.parent == samples
    (samples / entities._FILE.name).write_bytes(content[:-9])
    with (
        pytest.raises(data.DataError, match="is not the expected file"),
        fetch.packaged(entities._FILE),
    ):
        pass
