"""The tutorial's generation in Keras: one character at a time, temperature 1, GRU 1024, decoded text at the end.

usage: python keras_generate.py REPEATS CHARACTERS WARMUP STREAMS [step|cell|loop]

  step   the tutorial's one-step model: a tf.function around the layers, sampling and both lookups; a Python loop around it
  cell   the same with the GRU's cell called directly instead of the layer on a sequence of one
  loop   the whole loop inside one tf.function (a tf.while_loop), the cell called directly: not the tutorial's way, but faster

Prints one JSON line: {"variant", "version", "charactersPerSecond": [one for each repeat], "peakBytes"}; the characters of all
streams together.
"""
import json
import os
import sys
import time

from usage import check_arguments

check_arguments(__doc__, 4, range(4))

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("KERAS_BACKEND", "tensorflow")
import keras
import tensorflow as tf

from memory import peak_bytes

repeats, characters, warmup, streams = (int(argument) for argument in sys.argv[1:5])
variant = sys.argv[5] if len(sys.argv) > 5 else "step"
E, H = 256, 1024
vocabulary = [chr(c) for c in range(ord("!"), ord("!") + 65)]
V = len(vocabulary)
TEMPERATURE = 1.0

# The tutorial's vocabulary has one more entry, [UNK], which is never written.
ids_from_chars = keras.layers.StringLookup(vocabulary=vocabulary, mask_token=None)
chars_from_ids = keras.layers.StringLookup(vocabulary=ids_from_chars.get_vocabulary(), invert=True, mask_token=None)
embedding = keras.layers.Embedding(V + 1, E)
gru = keras.layers.GRU(H, return_sequences=True, return_state=True, recurrent_initializer="glorot_uniform")
dense = keras.layers.Dense(V + 1)
y, _ = gru(embedding(tf.zeros([streams, 1], tf.int32)))
dense(y)
mask = tf.one_hot(0, V + 1) * -1e9


def sample(logits):
    return tf.random.categorical(logits / TEMPERATURE + mask, num_samples=1)[:, 0]


@tf.function
def one_step(inputs, h):
    ids = ids_from_chars(inputs)
    if variant == "step":
        y, h = gru(embedding(ids[:, tf.newaxis]), initial_state=h)
        y = y[:, -1]
    else:
        y, _ = gru.cell(embedding(ids), [h])
        h = y
    return chars_from_ids(sample(dense(y))), h


@tf.function
def whole_loop(first, n):
    ids = tf.cast(ids_from_chars(first), tf.int64)
    written = tf.TensorArray(tf.int64, size=n)
    h = tf.zeros([streams, H])
    for i in tf.range(n):
        h, _ = gru.cell(embedding(ids), [h])
        ids = sample(dense(h))
        written = written.write(i, ids)
    return chars_from_ids(tf.transpose(written.stack()))


def generate(n):
    first = tf.constant([vocabulary[0]] * streams)
    if variant == "loop":
        return [b"".join(row).decode() for row in whole_loop(first, tf.constant(n)).numpy()]
    h, char, written = tf.zeros([streams, H]), first, []
    for _ in range(n):
        char, h = one_step(char, h)
        written.append(char)
    return [text.decode() for text in tf.strings.join(written).numpy()]


generate(warmup)
speeds = []
for _ in range(repeats):
    start = time.perf_counter()
    texts = generate(characters)
    speeds.append(characters * streams / (time.perf_counter() - start))
    assert len(texts) == streams and all(len(text) == characters for text in texts)
print(
    json.dumps(
        {
            "variant": variant,
            "version": f"Keras {keras.__version__}, TensorFlow {tf.__version__}",
            "charactersPerSecond": speeds,
            "peakBytes": peak_bytes(),
        }
    )
)
