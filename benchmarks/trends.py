"""Measure the tables of chapter 8.1: python benchmarks/trends.py [PART …]

Parts: ``compression`` (students, pruning, eight bits; bytes, latency, probe) and ``multitask``
(rotation + contrastive + reconstruction against each alone, the same CPU seconds for all);
without a part, both.  Needs the full Fashion-MNIST (mirror).  Writes
course/results/trends.csv after every row, with the date; the rows of the other part stay.
About ten CPU minutes.
"""

import time
import warnings
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf
from rows import measure_parts, put

from ssl_course import data, evaluate, networks
from ssl_course.chapters import compression
from ssl_course.chapters.multitask import TASKS, Budget, MultiTask
from ssl_course.methods import SimCLR
from ssl_course.pretrain import pretrain
from ssl_course.pretrain.fashion_mnist import view

TABLE = Path(__file__).parents[1] / "ssl_course/course/results" / "trends.csv"
COLUMNS = ["part", "method", "seed", "linear", "few_10", "kilobytes", "gzip_kilobytes"]
COLUMNS += ["latency_us", "parameters", "steps", "cpu_minutes", "date"]
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

    def __init__(self):
        clothes = data.load("fashion_mnist", full=True)
        self.unlabeled, self.test = clothes.unlabeled, clothes.test
        self.train = data.few_labels(clothes.train, LABELED, 0)
        self.validation = data.few_labels(clothes.validation, 100, 0)
        self.few = [data.few_labels(clothes.train, 10, draw) for draw in range(evaluate.DRAWS)]

    def __call__(self, represent) -> dict:
        """``represent`` maps images to features (n, d)."""
        train, validation, test, *few = (
            data.Split(represent(split.x), split.y)
            for split in (self.train, self.validation, self.test, *self.few)
        )
        linear = evaluate.linear_probe(
            train, validation, test, iterations=ITERATIONS, choose_with=CHOOSE_WITH
        )
        scores = [evaluate.Probe(one, iterations=ITERATIONS).accuracy(test) for one in few]
        return {"linear": linear["accuracy"], "few_10": float(np.mean(scores))}


def features(encoder):
    return lambda images: encoder.predict(images, batch_size=500, verbose=0)


def trained(method, images, seconds: float, seed: int, rate: float = 1e-3) -> dict:
    """Train within a budget; {steps, cpu_minutes}, the first step included."""
    start = time.process_time()
    budget = Budget(seconds, rate)
    method.compile(keras.optimizers.Adam(rate))
    order = np.random.default_rng(seed).permutation(len(images))
    images = images[order]
    method.fit(images, batch_size=BATCH, epochs=1000, shuffle=False, callbacks=[budget], verbose=0)
    return {"steps": budget.steps, "cpu_minutes": (time.process_time() - start) / 60}


# Compression.


def tensors(encoder) -> dict[str, np.ndarray]:
    """What inference needs: folded kernels and biases."""
    named = {}
    for number, (kernel, bias) in enumerate(compression.folded(encoder), start=1):
        named |= {f"kernel_{number}": kernel, f"bias_{number}": bias.astype("float32")}
    return named


def size(named: dict, parameters: int, sparse: bool = False) -> dict:
    count = compression.bytes_sparse if sparse else compression.bytes_dense
    return {
        "kilobytes": count(named) / 1000,
        "gzip_kilobytes": compression.bytes_zipped(named) / 1000,
        "parameters": parameters,
    }


def lite(encoder, images=None):
    """The encoder as a LiteRT function of one image; with calibration images all in 8 bits."""

    @tf.function(input_signature=[tf.TensorSpec((1, 28, 28, 1))])
    def serve(image):
        return encoder(image, training=False)

    converter = tf.lite.TFLiteConverter.from_concrete_functions([serve.get_concrete_function()])
    if images is not None:
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
        converter.representative_dataset = lambda: ([image[None]] for image in images)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        runner = tf.lite.Interpreter(model_content=converter.convert(), num_threads=1)
    runner.allocate_tensors()
    first, last = runner.get_input_details()[0]["index"], runner.get_output_details()[0]["index"]

    def call(image):
        runner.set_tensor(first, image[None])
        runner.invoke()
        return runner.get_tensor(last)[0].copy()

    return call


def latencies(functions: dict, images, rounds: int = 7, calls: int = 200) -> dict[str, float]:
    """CPU microseconds an image, one thread, median of interleaved rounds."""
    spent = {name: [] for name in functions}
    for _ in range(rounds):
        for name, function in functions.items():
            start = time.process_time()
            for image in images[:calls]:
                function(image)
            spent[name].append(1e6 * (time.process_time() - start) / calls)
    return {name: float(np.median(values)) for name, values in spent.items()}


def compress() -> None:
    judge = Judge()
    some = judge.unlabeled[:CALIBRATION]
    teacher = pretrain("fashion_mnist-simclr")
    served = {}

    def row(method, seed, represent, named, parameters, sparse=False, **more):
        found = judge(represent) | size(named, parameters, sparse) | more
        store({"part": "compression", "method": method, "seed": seed} | found)

    encoder = teacher.encoder
    row("teacher", 0, features(encoder), tensors(encoder), encoder.count_params())
    store(
        {"part": "compression", "method": "raw_pixels", "seed": 0}
        | judge(lambda x: x.reshape(len(x), -1))
    )
    served["teacher"] = lite(encoder)

    # Eight bits, by hand and by LiteRT.
    kernels, biases = zip(*compression.folded(encoder), strict=True)
    hidden = compression.hidden_peak(kernels[0], biases[0], some) / 255
    for name, bits, each in (
        ("int8", 8, True),
        ("int8_one_scale", 8, False),
        ("int4", 4, True),
        ("int4_one_scale", 4, False),
    ):
        found = [compression.quantize(kernel, bits, each) for kernel in kernels]
        whole, scales = zip(*found, strict=True)

        def represent(x, whole=whole, scales=scales):
            parts = np.array_split(x, max(1, len(x) // 500))
            made = [compression.in_eights(whole, biases, scales, hidden, p) for p in parts]
            return np.concatenate(made)

        named = {}
        for number in (1, 2):
            kernel = whole[number - 1]
            named[f"kernel_{number}"] = kernel if bits == 8 else compression.packed(kernel)
            named[f"scales_{number}"] = np.atleast_1d(scales[number - 1])
            named[f"bias_{number}"] = biases[number - 1].astype("float32")
        row(name, 0, represent, named, encoder.count_params())
    served["int8"] = lite(encoder, some)
    kept = served["int8"]
    litert = judge(lambda x: np.stack([kept(image) for image in x]))
    store({"part": "compression", "method": "int8_litert", "seed": 0} | litert)

    # Students: from the teacher, from the data alone, untrained.
    for seed in SEEDS:
        for name in ("student_random", "student_simclr", "student_distilled"):
            keras.utils.set_random_seed(seed)
            student = compression.small_encoder()
            cost = {}
            if name == "student_simclr":
                method = SimCLR(student, compression.small_projector(student), view())
                cost = trained(method, judge.unlabeled, STUDENT_SECONDS, seed)
            elif name == "student_distilled":
                method = compression.Distillation(student, encoder, view())
                cost = trained(method, judge.unlabeled, STUDENT_SECONDS, seed)
            else:
                evaluate.measure_statistics(student, judge.unlabeled[:4000])
            row(name, seed, features(student), tensors(student), student.count_params(), **cost)
    served["student_distilled"] = lite(student)
    served["student_int8"] = lite(student, some)

    # Pruning, without and with further training on SimCLR's loss.
    for share in SHARES:
        for tune in (False, True):
            method = pretrain("fashion_mnist-simclr")
            compression.prune(method.encoder, share)
            cost, name = {}, f"pruned_{round(100 * share)}"
            if tune:
                keras.utils.set_random_seed(0)
                cost = trained(method, judge.unlabeled, TUNING_SECONDS, 0, TUNING_RATE)
                name += "_tuned"
            parts = tensors(method.encoder), method.encoder.count_params(), True
            row(name, 0, features(method.encoder), *parts, **cost)
            if name == "pruned_90_tuned":
                served[name] = lite(method.encoder)

    for name, spent in latencies(served, judge.test.x).items():
        store({"part": "latency", "method": name, "seed": 0, "latency_us": spent})


# Several tasks.


def balanced(encoder, seed: int, images) -> dict[str, float]:
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


def multitask() -> None:
    judge = Judge()
    for seed in SEEDS:
        keras.utils.set_random_seed(seed)
        weights = balanced(networks.patch_encoder(), seed, judge.unlabeled[:BATCH])
        print("weights", weights, flush=True)
        arms = {task: {task: 1.0} for task in TASKS}
        arms |= {"sum": dict.fromkeys(TASKS, 1.0), "balanced": weights}
        for name, tasks in arms.items():
            keras.utils.set_random_seed(seed)
            method = MultiTask(networks.patch_encoder(), view(), tasks)
            cost = trained(method, judge.unlabeled, TASK_SECONDS, seed)
            found = judge(features(method.encoder))
            store({"part": "multitask", "method": name, "seed": seed} | cost | found)
            keras.backend.clear_session()
        keras.utils.set_random_seed(seed)
        encoder = evaluate.measure_statistics(networks.patch_encoder(), judge.unlabeled[:4000])
        found = judge(features(encoder))
        store({"part": "multitask", "method": "random", "seed": seed} | found)


PARTS = {"compression": compress, "multitask": multitask}


def store(row: dict) -> None:
    """Put a row into the table in place of the one that it repeats."""
    print(row, flush=True)
    put(row, TABLE, COLUMNS, ["part", "method", "seed"])


if __name__ == "__main__":
    measure_parts(__doc__, PARTS)
