"""Measure the tables of chapter 8.1: python benchmarks/trends.py [PART …]

Parts: ``compression`` (students, pruning, eight bits; bytes, latency, probe) and ``multitask``
(rotation + contrastive + reconstruction against each alone, the same CPU seconds for all).  Needs
the full Fashion-MNIST (mirror).  Writes course/results/trends.csv.  About ten CPU minutes.
"""

import functools
import time
from collections.abc import Callable

import keras
import numpy as np
import tensorflow as tf
from command import Command, in_parts
from table import Table

from ssl_course import data, evaluate, networks
from ssl_course.chapters import compression, litert
from ssl_course.chapters.multitask import TASKS, Budget, MultiTask
from ssl_course.methods import SimCLR
from ssl_course.pretrain import pretrain
from ssl_course.pretrain.fashion_mnist import view

Represent = Callable[[np.ndarray], np.ndarray]
"""From images to features (n, d)."""

TABLE = Table(
    "trends",
    ("part", "method", "seed"),
    (
        *("part", "method", "seed", "linear", "few_10", "kilobytes", "gzip_kilobytes"),
        *("latency_us", "parameters", "steps", "cpu_minutes", "date"),
    ),
)
SEEDS = (0, 1, 2)
BATCH = 256

LABELED, CHOOSE_WITH, ITERATIONS = 300, 500, 100
"""Of the linear probe: labels a class, examples with which its strength is chosen, solver."""

STUDENT_SECONDS, TUNING_SECONDS, TASK_SECONDS = 8.0, 5.0, 10.0
"""CPU seconds of each run, without its first step."""
SHARES, TUNING_RATE = (0.8, 0.9, 0.95), 3e-4
CALIBRATION = 500
"""Unlabeled images that fix the scale of the activations."""


class Judge:
    """The probes of one representation, on the same labels for every row."""

    def __init__(self) -> None:
        clothes = data.load("fashion_mnist", full=True)
        self.unlabeled, self.test = clothes.unlabeled, clothes.test
        self.train = data.few_labels(clothes.train, LABELED, 0)
        self.validation = data.few_labels(clothes.validation, 100, 0)
        self.few = [data.few_labels(clothes.train, 10, draw) for draw in range(evaluate.DRAWS)]

    def __call__(self, represent: Represent) -> dict[str, float]:
        """Accuracies of the linear probes."""
        train, validation, test, *few = (
            data.Split(represent(split.x), split.y)
            for split in (self.train, self.validation, self.test, *self.few)
        )
        linear = evaluate.linear_probe(
            train, validation, test, iterations=ITERATIONS, choose_with=CHOOSE_WITH
        )
        scores = [evaluate.Probe(one, iterations=ITERATIONS).accuracy(test) for one in few]
        return {"linear": linear["accuracy"], "few_10": float(np.mean(scores))}


def features(encoder: keras.Model) -> Represent:
    """A map from images to the encoder's output."""
    return lambda images: encoder.predict(images, batch_size=500, verbose=0)


def trained(
    method: keras.Model, images: np.ndarray, seconds: float, seed: int, rate: float = 1e-3
) -> dict[str, float]:
    """Train within a budget; {steps, cpu_minutes}, the first step included."""
    start = time.process_time()
    budget = Budget(seconds, rate)
    method.compile(keras.optimizers.Adam(rate))
    order = np.random.default_rng(seed).permutation(len(images))
    images = images[order]
    method.fit(images, batch_size=BATCH, epochs=1000, shuffle=False, callbacks=[budget], verbose=0)
    return {"steps": budget.steps, "cpu_minutes": (time.process_time() - start) / 60}


# Compression.


def tensors(encoder: keras.Model) -> dict[str, np.ndarray]:
    """What inference needs: folded kernels and biases."""
    named = {}
    for number, (kernel, bias) in enumerate(compression.folded(encoder), start=1):
        named |= {f"kernel_{number}": kernel, f"bias_{number}": bias.astype("float32")}
    return named


def size(named: dict, parameters: int, sparse: bool = False) -> dict[str, float]:
    """What the tensors take on disk."""
    count = compression.bytes_sparse if sparse else compression.bytes_dense
    return {
        "kilobytes": count(named) / 1000,
        "gzip_kilobytes": compression.bytes_zipped(named) / 1000,
        "parameters": parameters,
    }


def lite(encoder: keras.Model, images: np.ndarray | None = None) -> Represent:
    """The encoder as a LiteRT function of one image; with calibration images all in 8 bits."""

    @tf.function(input_signature=[tf.TensorSpec((1, 28, 28, 1))])
    def serve(image: tf.Tensor) -> tf.Tensor:
        return encoder(image, training=False)

    converter = tf.lite.TFLiteConverter.from_concrete_functions([serve.get_concrete_function()])
    if images is not None:
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
        converter.representative_dataset = lambda: ([image[None]] for image in images)
    run = litert.function(converter.convert())
    return lambda image: run(image[None])[0].copy()


def latencies(
    functions: dict[str, Represent], images: np.ndarray, rounds: int = 7, calls: int = 200
) -> dict[str, float]:
    """CPU microseconds an image, one thread, median of interleaved rounds."""
    spent = {name: [] for name in functions}
    for _ in range(rounds):
        for name, function in functions.items():
            start = time.process_time()
            for image in images[:calls]:
                function(image)
            spent[name].append(1e6 * (time.process_time() - start) / calls)
    return {name: float(np.median(values)) for name, values in spent.items()}


def student(
    images: np.ndarray, teacher: keras.Model, name: str, seed: int
) -> tuple[keras.Model, dict[str, float]]:
    """From the teacher, from the data alone or untrained; and what it cost."""
    keras.utils.set_random_seed(seed)
    encoder = compression.small_encoder()
    if name == "student_random":
        return evaluate.measure_statistics(encoder, images[:4000]), {}
    if name == "student_simclr":
        method = SimCLR(encoder, compression.small_projector(encoder), view())
    else:
        method = compression.Distillation(encoder, teacher, view())
    return encoder, trained(method, images, STUDENT_SECONDS, seed)


def pruned(images: np.ndarray, share: float, tune: bool) -> tuple[keras.Model, dict[str, float]]:
    """The teacher without its smallest weights, as it is or trained further; and the cost."""
    method = pretrain("fashion_mnist-simclr")
    compression.prune(method.encoder, share)
    if not tune:
        return method.encoder, {}
    keras.utils.set_random_seed(0)
    return method.encoder, trained(method, images, TUNING_SECONDS, 0, TUNING_RATE)


class Compression:
    """The teacher, what is made of it, and what is served of both."""

    def __init__(self, table: Table):
        self.table, self.judge = table, Judge()
        self.teacher = pretrain("fashion_mnist-simclr").encoder
        self.some = self.judge.unlabeled[:CALIBRATION]
        # Each is trained once, for its row and for the latencies.
        images = self.judge.unlabeled
        self.student = functools.cache(functools.partial(student, images, self.teacher))
        self.pruned = functools.cache(functools.partial(pruned, images))

    def row(self, method: str, seed: int, represent: Represent, **more: float) -> None:
        """Measure what a representation is worth."""
        row = {"part": "compression", "method": method, "seed": seed}
        self.table.put(row | self.judge(represent) | more)

    def done(self, method: str, seed: int = 0) -> bool:
        """Whether the row need not be measured."""
        return self.table.done(part="compression", method=method, seed=seed)

    def references(self) -> None:
        """The teacher and raw pixels."""
        if not self.done("teacher"):
            sizes = size(tensors(self.teacher), self.teacher.count_params())
            self.row("teacher", 0, features(self.teacher), **sizes)
        if not self.done("raw_pixels"):
            self.row("raw_pixels", 0, lambda x: x.reshape(len(x), -1))

    def quantized(self) -> None:
        """Eight and four bits by hand, eight by LiteRT."""
        kernels, biases = zip(*compression.folded(self.teacher), strict=True)
        hidden = compression.hidden_peak(kernels[0], biases[0], self.some) / 255
        for name, bits, each in (
            ("int8", 8, True),
            ("int8_one_scale", 8, False),
            ("int4", 4, True),
            ("int4_one_scale", 4, False),
        ):
            if self.done(name):
                continue
            found = [compression.quantize(kernel, bits, each) for kernel in kernels]
            whole, scales = zip(*found, strict=True)
            represent = in_eights(whole, biases, scales, hidden)
            sizes = size(packed(whole, biases, scales, bits), self.teacher.count_params())
            self.row(name, 0, represent, **sizes)
        if not self.done("int8_litert"):
            one = lite(self.teacher, self.some)
            self.row("int8_litert", 0, lambda x: np.stack([one(image) for image in x]))

    def students(self) -> None:
        """Small encoders."""
        for seed in SEEDS:
            for name in ("student_random", "student_simclr", "student_distilled"):
                if self.done(name, seed):
                    continue
                encoder, cost = self.student(name, seed)
                sizes = size(tensors(encoder), encoder.count_params())
                self.row(name, seed, features(encoder), **sizes, **cost)

    def prunings(self) -> None:
        """Pruning, without and with further training on SimCLR's loss."""
        for share in SHARES:
            for tune in (False, True):
                name = f"pruned_{round(100 * share)}{'_tuned' if tune else ''}"
                if self.done(name):
                    continue
                encoder, cost = self.pruned(share, tune)
                sizes = size(tensors(encoder), encoder.count_params(), sparse=True)
                self.row(name, 0, features(encoder), **sizes, **cost)

    def latency(self) -> None:
        """CPU time of one image; the students are those of the last seed."""
        if self.table.done(part="latency"):
            return
        small, _ = self.student("student_distilled", SEEDS[-1])
        sparse, _ = self.pruned(0.9, True)
        served = {
            "teacher": lite(self.teacher),
            "int8": lite(self.teacher, self.some),
            "student_distilled": lite(small),
            "student_int8": lite(small, self.some),
            "pruned_90_tuned": lite(sparse),
        }
        spent = latencies(served, self.judge.test.x)
        row = {"part": "latency", "seed": 0}
        self.table.put(*(row | {"method": n, "latency_us": us} for n, us in spent.items()))


def in_eights(whole: tuple, biases: tuple, scales: tuple, hidden: float) -> Represent:
    """The quantized encoder as a map from images to features."""

    def represent(x: np.ndarray) -> np.ndarray:
        parts = np.array_split(x, max(1, len(x) // 500))
        return np.concatenate(
            [compression.in_eights(whole, biases, scales, hidden, part) for part in parts]
        )

    return represent


def packed(whole: tuple, biases: tuple, scales: tuple, bits: int) -> dict[str, np.ndarray]:
    """What inference needs of a quantized encoder."""
    named = {}
    for number, (kernel, bias, scale) in enumerate(zip(whole, biases, scales, strict=True), 1):
        named[f"kernel_{number}"] = kernel if bits == 8 else compression.packed(kernel)
        named[f"scales_{number}"] = np.atleast_1d(scale)
        named[f"bias_{number}"] = bias.astype("float32")
    return named


def compress(table: Table) -> None:
    """Rows of what is made of one teacher, and of latencies."""
    rows = Compression(table)
    rows.references()
    rows.quantized()
    rows.students()
    rows.prunings()
    rows.latency()


# Several tasks.


def balanced(encoder: keras.Model, seed: int, images: np.ndarray) -> dict[str, float]:
    """Weights with which the tasks' gradients at the last kernel are equally long at the start."""
    keras.utils.set_random_seed(seed)
    method = MultiTask(encoder, view(), dict.fromkeys(TASKS, 1.0))
    kernel = encoder.get_layer("encode_2").kernel.value
    lengths = {}
    for task in TASKS:
        with tf.GradientTape() as tape:
            loss = getattr(method, task)(images, True)
        lengths[task] = float(tf.norm(tape.gradient(loss, kernel)))
    return {task: lengths["contrastive"] / length for task, length in lengths.items()}


def multitask(table: Table) -> None:
    """Rows of each task alone, of all together, and of random weights."""
    judge = Judge()
    for seed in SEEDS:
        keras.utils.set_random_seed(seed)
        weights = balanced(networks.patch_encoder(), seed, judge.unlabeled[:BATCH])
        print("weights", weights, flush=True)
        arms = {task: {task: 1.0} for task in TASKS}
        arms |= {"sum": dict.fromkeys(TASKS, 1.0), "balanced": weights, "random": None}
        for name, tasks in arms.items():
            key = {"part": "multitask", "method": name, "seed": seed}
            if table.done(**key):
                continue
            keras.utils.set_random_seed(seed)
            encoder, cost = networks.patch_encoder(), {}
            if tasks is None:
                evaluate.measure_statistics(encoder, judge.unlabeled[:4000])
            else:
                method = MultiTask(encoder, view(), tasks)
                cost = trained(method, judge.unlabeled, TASK_SECONDS, seed)
            table.put(key | cost | judge(features(encoder)))
            keras.backend.clear_session()


PARTS = {"compression": compress, "multitask": multitask}
COMMAND = Command(__doc__, TABLE, PARTS, "PART")


if __name__ == "__main__":
    COMMAND.run(in_parts(PARTS))
