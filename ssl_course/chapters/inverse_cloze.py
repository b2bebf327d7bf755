"""Which passage was this sentence taken from? (Lee, Chang & Toutanova, 2019)"""

import keras

from ssl_course.objectives import info_nce


class InverseCloze(keras.Model):
    """Tell the passage that a query was cut out of from the other passages of the batch.

    One ``encoder`` reads both: token numbers (n, T) → (n, D).  Trained on [queries, passages];
    the loss is InfoNCE, once for each direction.
    """

    def __init__(self, encoder, temperature=0.1):
        super().__init__()
        self.encoder = encoder
        self.temperature = temperature

    def call(self, pair, training=False):
        return [self.encoder(side, training=training) for side in pair]

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        query, passage = y_pred
        there = info_nce(query, passage, temperature=self.temperature)
        return (there + info_nce(passage, query, temperature=self.temperature)) / 2
