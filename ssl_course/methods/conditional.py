"""Generative models that are told the class: one decoder or generator for all classes."""

import keras
from keras import ops

from ssl_course.methods.frozen import frozen
from ssl_course.objectives import discriminator_loss, evidence_loss, generator_loss


class ConditionalVAE(keras.Model):
    """A VAE whose code and decoder know the class (Kingma et al., 2014, model M2).

    ``encoder``: images → representations (n, D).  ``decoder``: codes followed by one-hot labels
    (n, code_size + classes) → images.  Called with ``(images, labels)``, labels one-hot
    (n, classes).  The class is given, so the code need not carry it.
    """

    def __init__(self, encoder, decoder, classes, beta=1.0, seed=None):
        super().__init__()
        self.encoder = encoder
        self.decoder = decoder
        self.beta = beta
        self.code_size = decoder.input_shape[-1] - classes
        self.mean = keras.layers.Dense(self.code_size, name="code_mean")
        self.log_variance = keras.layers.Dense(self.code_size, name="code_log_variance")
        self.seeds = keras.random.SeedGenerator(seed)

    def call(self, inputs, training=False):
        images, labels = inputs
        known = ops.concatenate([self.encoder(images, training=training), labels], axis=1)
        mean, log_variance = self.mean(known), self.log_variance(known)
        code = mean
        if training:
            noise = keras.random.normal(ops.shape(mean), seed=self.seeds)
            code = mean + ops.exp(0.5 * log_variance) * noise
        rebuilt = self.decoder(ops.concatenate([code, labels], axis=1), training=training)
        return rebuilt, mean, log_variance

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        return evidence_loss(x[0], *y_pred, self.beta)

    def generate(self, labels, seed):
        """One image (n, height, width, channels) for each row of ``labels`` (n, classes)."""
        return _made(self.decoder, self.code_size, labels, seed)


class ConditionalGAN(keras.Model):
    """A generator told what to make, a critic with one verdict for each class (Mirza & Osindero,
    2014; the verdict is read as by Miyato & Koyama, 2018, without the term all classes share).

    ``generator``: codes followed by one-hot labels (n, code_size + classes) → images;
    ``critic``: images → features (n, D).  Called with ``(images, labels)``.
    """

    def __init__(self, critic, generator, classes, seed=None):
        super().__init__()
        self.critic = critic
        self.generator = generator
        self.code_size = generator.input_shape[-1] - classes
        self.verdicts = keras.layers.Dense(classes, name="verdicts")
        self.seeds = keras.random.SeedGenerator(seed)

    def call(self, inputs, training=False):
        images, labels = inputs
        code = keras.random.normal((ops.shape(images)[0], self.code_size), seed=self.seeds)
        made = self.generator(ops.concatenate([code, labels], axis=1), training=training)
        real = self.verdicts(self.critic(images, training=training))
        fake = self.verdicts(self.critic(ops.stop_gradient(made), training=training))
        fools = frozen(self.verdicts, frozen(self.critic, made, training))
        return real, fake, fools

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        labels = x[1]
        real, fake, fools = (ops.sum(verdicts * labels, axis=1) for verdicts in y_pred)
        return discriminator_loss(real, fake) + generator_loss(fools)

    def generate(self, labels, seed):
        """One image (n, height, width, channels) for each row of ``labels`` (n, classes)."""
        return _made(self.generator, self.code_size, labels, seed)


def _made(network, code_size, labels, seed):
    code = keras.random.normal((len(labels), code_size), seed=seed)
    inputs = ops.concatenate([code, ops.convert_to_tensor(labels, "float32")], axis=1)
    return ops.convert_to_numpy(network(inputs, training=False))
