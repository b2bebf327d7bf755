"""The objectives against those of lightly (PyTorch), an implementation of others.

Optional: skipped unless `torch` and `lightly` are there and were imported before TensorFlow
(after it, torch 2.15 crashes the interpreter as it loads beside TensorFlow 2.21):

    python -m pytest -p torch -p lightly.loss -o addopts="" tests/unit/test_objectives_peer.py
"""

import sys

import numpy as np
import pytest
import tensorflow as tf

from ssl_course import objectives

if not {"torch", "lightly"} <= sys.modules.keys():
    pytest.skip("needs -p torch -p lightly.loss", allow_module_level=True)

import torch
from lightly import loss as peers
from lightly.loss.swav_loss import sinkhorn as peer_sinkhorn

FIRST, SECOND = np.random.default_rng(0).normal(size=(2, 16, 8))
SCORES = np.random.default_rng(1).uniform(-1, 1, (2, 16, 8))


def ours(objective, *arrays):
    variables = [tf.Variable(array) for array in arrays]
    with tf.GradientTape() as tape:
        loss = objective(*variables)
    found = tape.gradient(loss, variables, unconnected_gradients="zero")
    return float(loss), [np.asarray(gradient) for gradient in found]


def theirs(objective, *arrays):
    tensors = [torch.tensor(array, requires_grad=True) for array in arrays]
    loss = objective(*tensors)
    loss.sum().backward()  # SwaVLoss returns an array of one number
    zero = torch.zeros(())
    found = [zero.expand(x.shape) if x.grad is None else x.grad for x in tensors]
    return loss.item(), [gradient.numpy() for gradient in found]


def assert_same(objective, peer, *arrays):
    loss, slopes = ours(objective, *arrays)
    peer_loss, peer_slopes = theirs(peer, *arrays)
    # The target of the course's objectives. Both compute in float64, so where it is missed, the
    # definitions differ, be it in the small number that guards a division.
    assert loss == pytest.approx(peer_loss, rel=1e-5)
    scale = max(np.abs(slope).max() for slope in peer_slopes)
    assert scale > 0
    for slope, peer_slope in zip(slopes, peer_slopes, strict=True):
        assert np.abs(slope - peer_slope).max() <= 1e-5 * scale


@pytest.mark.parametrize("temperature", [0.1, 0.5])
def test_nt_xent(temperature):
    assert_same(
        lambda a, b: objectives.nt_xent(a, b, temperature),
        peers.NTXentLoss(temperature),
        FIRST,
        SECOND,
    )


def test_info_nce_with_a_queue():
    """lightly has MoCo's loss as NTXentLoss with a memory bank."""
    peer = peers.NTXentLoss(0.1, memory_bank_size=(32, 8))
    peer.memory_bank.double()
    # The first call fills the bank with random keys; without a gradient it takes up no others.
    peer(torch.tensor(FIRST), torch.tensor(SECOND))
    bank = peer.memory_bank.bank.double()
    peer.memory_bank.bank = bank
    queue = bank.numpy().copy()
    queue = queue if queue.shape == (32, 8) else queue.T
    # lightly's keys carry no gradient into the queue, and here none is asked for.
    assert_same(
        lambda q, k: objectives.info_nce(q, k, queue.copy(), 0.1),
        lambda q, k: peer(q, k),
        FIRST,
        SECOND,
    )


@pytest.mark.parametrize("off_diagonal", [0.005, 0.5])
def test_barlow_twins(off_diagonal):
    """Both standardize by √(variance + 1e-5)."""
    assert_same(
        lambda a, b: objectives.barlow_twins(a, b, off_diagonal),
        peers.BarlowTwinsLoss(off_diagonal),
        0.1 * FIRST,
        0.1 * SECOND,
    )


@pytest.mark.parametrize("weights", [(25.0, 25.0, 1.0), (1.0, 10.0, 100.0)])
def test_vicreg(weights):
    """lightly takes the mean of the two variance terms, as the authors' code does; the course
    takes their sum, as the paper does: twice the weight in lightly.
    """
    invariance, variance, covariance = weights
    assert_same(
        lambda a, b: objectives.vicreg(a, b, *weights),
        peers.VICRegLoss(invariance, 2 * variance, covariance),
        FIRST / 2,
        SECOND / 2,
    )


def test_negative_cosine():
    """lightly leaves it to the caller to detach the target."""
    peer = peers.NegativeCosineSimilarity()
    assert_same(objectives.negative_cosine, lambda p, z: peer(p, z.detach()), FIRST, SECOND)


@pytest.mark.parametrize("iterations", [1, 3, 10])
def test_sinkhorn(iterations):
    """The course's 1e-12 beside the sums of columns shows only in the smallest entries."""
    found = np.asarray(objectives.sinkhorn(SCORES[0], 0.05, iterations))
    expected = peer_sinkhorn(torch.tensor(SCORES[0]), iterations, 0.05).numpy()
    assert np.abs(found - expected).max() <= 1e-5 * expected.max()


@pytest.mark.parametrize("settings", [(0.1, 0.05), (0.2, 0.1)])
def test_swapped_prediction(settings):
    temperature, sharpness = settings
    peer = peers.SwaVLoss(temperature, sinkhorn_epsilon=sharpness)
    assert_same(
        lambda a, b: objectives.swapped_prediction(a, b, temperature, sharpness),
        lambda a, b: peer([a, b], []),
        *SCORES,
    )


@pytest.mark.parametrize("temperature", [0.04, 0.07])
def test_self_distillation(temperature):
    """lightly takes the mean over both crossings of two views, and keeps the center itself."""
    center = np.random.default_rng(2).uniform(-1, 1, 8)
    peer = peers.DINOLoss(8, teacher_temp=temperature, center_momentum=1.0)
    peer.center = torch.tensor(center).reshape(1, 1, 8)
    teachers = np.random.default_rng(3).uniform(-1, 1, (2, 16, 8))

    def both(first, second):
        crossed = [
            objectives.self_distillation(first, teachers[1], center, 0.1, temperature),
            objectives.self_distillation(second, teachers[0], center, 0.1, temperature),
        ]
        return (crossed[0] + crossed[1]) / 2

    assert_same(
        both,
        lambda first, second: peer(
            [torch.tensor(teacher) for teacher in teachers], [first, second], temperature
        ),
        *SCORES,
    )
