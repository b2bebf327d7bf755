"""Pretext tasks: a question about the image whose answer is known because we asked it."""

import keras
from keras import ops

from ssl_course.objectives import squared_error


class Puzzle(keras.Model):
    """Classify what a puzzle did to the image.

    ``puzzle`` is a layer that maps images to (puzzled images, answers (n,)): `views.Turn` for
    rotation prediction (Gidaris et al., 2018), `views.ShuffleTiles` for jigsaws (Noroozi &
    Favaro, 2016).  ``head`` maps representations to logits, one an answer.
    """

    def __init__(self, encoder, head, puzzle):
        super().__init__()
        self.encoder = encoder
        self.head = head
        self.puzzle = puzzle

    def call(self, images, training=False):
        puzzled, answers = self.puzzle(images)
        return self.head(self.encoder(puzzled, training=training)), answers

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        logits, answers = y_pred
        losses = keras.losses.sparse_categorical_crossentropy(answers, logits, from_logits=True)
        return ops.mean(losses)


class Inpainting(keras.Model):
    """Fill a hole (Pathak et al., 2016, without their adversarial loss).

    ``hole`` is a layer that maps images to (images with a hole, mask of the hole); the loss
    looks at the hole alone.
    """

    def __init__(self, encoder, decoder, hole):
        super().__init__()
        self.encoder = encoder
        self.decoder = decoder
        self.hole = hole

    def call(self, images, training=False):
        damaged, mask = self.hole(images)
        code = self.encoder(damaged, training=training)
        return self.decoder(code, training=training), mask

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        filled, mask = y_pred
        return squared_error(x, filled, where=mask)
