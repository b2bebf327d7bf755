"""Small encoders, decoders and heads: plain functional Keras models with named layers.

Layer names are part of the checkpoint format: a checkpoint fits a network only if they agree.
"""

from ssl_course.networks.convolutional import conv_decoder, conv_encoder
from ssl_course.networks.dense import (
    code_critic,
    dense_decoder,
    dense_encoder,
    head,
    predictor,
    projector,
    prototype_projector,
)
from ssl_course.networks.generator import conv_critic, conv_generator, image_generator
from ssl_course.networks.patch import patch_decoder, patch_encoder
from ssl_course.networks.speech import speech_discriminator, speech_encoder, speech_generator
from ssl_course.networks.tabular import row_decoder, row_encoder
from ssl_course.networks.text import SelfAttention, text_encoder, text_step, text_transformer
from ssl_course.networks.transformer import PositionTable, tokenizer, transformer
from ssl_course.views.settings import require_usual_settings

__all__ = [
    "PositionTable",
    "SelfAttention",
    "code_critic",
    "conv_critic",
    "conv_decoder",
    "conv_encoder",
    "conv_generator",
    "dense_decoder",
    "dense_encoder",
    "head",
    "image_generator",
    "patch_decoder",
    "patch_encoder",
    "predictor",
    "projector",
    "prototype_projector",
    "row_decoder",
    "row_encoder",
    "speech_discriminator",
    "speech_encoder",
    "speech_generator",
    "text_encoder",
    "text_step",
    "text_transformer",
    "tokenizer",
    "transformer",
]

require_usual_settings()
