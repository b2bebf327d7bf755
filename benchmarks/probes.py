"""The few-label probe of `evaluate` for scripts that need more of it than its accuracy."""

import numpy as np
from sklearn.linear_model import LogisticRegression

from ssl_course import data, evaluate


class FewLabelProbe:
    """Logistic regression on centered features of mean squared norm 1, with a fixed strength.

    ``kernel`` (d, k) and ``bias`` (k,) act on the features as they are.
    """

    def __init__(self, few: data.Split, iterations: int):
        mean = few.x.mean(axis=0)
        scale = np.sqrt(((few.x - mean) ** 2).sum(axis=1).mean())
        self.mean, self.scale = mean, scale
        self.classifier = LogisticRegression(C=evaluate.FEW_LABEL_STRENGTH, max_iter=iterations)
        self.classifier.fit((few.x - mean) / scale, few.y)
        self.kernel = (self.classifier.coef_ / scale).T
        self.bias = self.classifier.intercept_ - mean @ self.kernel

    def logits(self, x: np.ndarray) -> np.ndarray:
        return self.classifier.decision_function((x - self.mean) / self.scale)

    def predict(self, x: np.ndarray) -> np.ndarray:
        return self.classifier.predict((x - self.mean) / self.scale)

    def accuracy(self, test: data.Split) -> float:
        return float(np.mean(self.predict(test.x) == test.y))
