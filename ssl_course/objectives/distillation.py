"""Objectives without negatives: agree with a target that does not learn from the loss."""

from keras import ops

from ssl_course.objectives.precision import in_float32
from ssl_course.objectives.vectors import normalize
from ssl_course.views.tensor import Tensor


@in_float32
def negative_cosine(prediction: Tensor, target: Tensor) -> Tensor:
    r"""Mean of :math:`-\cos(p_i, z_i)`, from −1 (same direction) to 1 (Chen & He, 2021, SimSiam).

    ``prediction`` and ``target`` are (N, d).  No gradient flows into the target: with it, and
    without a predictor, a constant is the best answer.  BYOL's squared distance of normalized
    vectors is 2 + 2 times this.
    """
    target = ops.stop_gradient(normalize(target))
    return -ops.mean(ops.sum(normalize(prediction) * target, axis=1))


@in_float32
def self_distillation(
    student: Tensor,
    teacher: Tensor,
    center: Tensor,
    student_temperature: float = 0.1,
    teacher_temperature: float = 0.04,
) -> Tensor:
    r"""Cross-entropy of the student's distribution under the teacher's (Caron et al., 2021, DINO).

    .. math:: -\frac1N \sum_i \sum_k P_t(k)_i \log P_s(k)_i, \quad
              P_t = \mathrm{softmax}\!\left(\frac{t - c}{\tau_t}\right), \quad
              P_s = \mathrm{softmax}\!\left(\frac{s}{\tau_s}\right)

    ``student`` and ``teacher`` are logits (N, K), ``center`` (K,).  Centering keeps one output
    from winning everywhere, the lower temperature of the teacher keeps it from being uniform.
    No gradient flows into the teacher.  log K for a uniform student.
    """
    target = ops.stop_gradient(ops.softmax((teacher - center) / teacher_temperature))
    log_prediction = ops.log_softmax(student / student_temperature)
    return -ops.mean(ops.sum(target * log_prediction, axis=1))
