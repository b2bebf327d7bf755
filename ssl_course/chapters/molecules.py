"""Write with a causal language model, one token at a time, without repeating any work."""

import numpy as np
from keras import ops

from ssl_course.methods.language import END, PADDING, START


def write(method, temperatures, seed=None):
    """Sequences (n, T) that a `CausalLanguageModel` samples, one for each temperature (n,).

    Each begins with the start token.  A logit is divided by the temperature and one of the
    tokens from the end token on is drawn; after the end token comes padding.  T is the length
    that the method was made for.

    A token sees only what came before, so the keys and values of earlier tokens stay as they
    are.  They are kept, and each step computes those of one token.
    """
    length = method.transformer.input_shape[1]
    random = np.random.default_rng(seed)
    temperatures = np.asarray(temperatures, "float32")[:, None]
    tokens = np.full((len(temperatures), length), PADDING, "int32")
    tokens[:, 0] = START
    memory = {}
    for place in range(1, length):
        vectors = step(method.transformer, tokens[:, place - 1], place - 1, memory)
        scores = np.asarray(method.score(vectors))[:, 0] / temperatures
        scores[:, :END] = -np.inf
        drawn = (scores + random.gumbel(size=scores.shape)).argmax(axis=1)
        over = np.isin(tokens[:, place - 1], (PADDING, END))
        tokens[:, place] = np.where(over, PADDING, drawn)
        if over.all():
            break
    return tokens


def step(transformer, tokens, place, memory):
    """Vectors (n, 1, D) of the causal transformer at one place, for the tokens (n,) there.

    ``memory``, empty at place 0, holds the keys and values of all places before, and then
    those of this one too.
    """
    get, name = transformer.get_layer, transformer.name
    x = get("tokens")(tokens[:, None]) + get("places").table[place]
    block = 1
    while f"{name}_{block}_attend" in {layer.name for layer in transformer.layers}:
        y = get(f"{name}_{block}_norm_1")(x)
        x = x + _attend(get(f"{name}_{block}_attend"), y, memory.setdefault(block, []))
        y = get(f"{name}_{block}_wide")(get(f"{name}_{block}_norm_2")(x))
        x = x + get(f"{name}_{block}_narrow")(y)
        block += 1
    return get(f"{name}_norm")(x)


def _attend(layer, x, seen):
    """What the token (n, 1, D) gathers from itself and from the keys and values ``seen``."""
    size = layer.width // layer.heads
    asked = ops.reshape(layer.ask(x), (-1, 1, 3, layer.heads, size))
    query, *own = ops.unstack(ops.transpose(asked, (2, 0, 3, 1, 4)), axis=0)
    seen[:] = (
        [ops.concatenate(pair, axis=2) for pair in zip(seen, own, strict=True)] if seen else own
    )
    keys, values = seen
    scores = ops.matmul(query, ops.swapaxes(keys, -1, -2)) / size**0.5
    weights = ops.exp(scores - ops.logsumexp(scores, axis=-1, keepdims=True))
    gathered = ops.matmul(weights, values)
    return layer.join(ops.reshape(ops.transpose(gathered, (0, 2, 1, 3)), (-1, 1, layer.width)))
