"""A training step in Keras: Embedding -> recurrent layers -> Dense, Adam; the tutorial's when no workload is given.

usage: python keras_step.py STEPS WARMUP [float32|mixed] [train_on_batch|fit|jit|unroll] [WORKLOAD]

  WORKLOAD        JSON, see workloads.ts
  mixed           Keras's policy mixed_bfloat16
  train_on_batch  one call a batch, as a loop of one's own does
  fit             Keras's own loop over a tf.data pipeline, each batch timed by a callback
  jit             train_on_batch with the whole step compiled by XLA
  unroll          train_on_batch with the 100 steps of the GRU unrolled into the graph

Prints one JSON line: {"variant", "version", "ms": [time of each step after the warm-up], "peakBytes", "engineBytes"}.
"""
import json
import os
import sys
import time

from usage import check_arguments

check_arguments(__doc__, 2, range(2))

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("KERAS_BACKEND", "tensorflow")
import keras
import numpy as np
import tensorflow as tf

from memory import peak_bytes

steps, warmup = int(sys.argv[1]), int(sys.argv[2])
mixed = len(sys.argv) > 3 and sys.argv[3] == "mixed"
variant = sys.argv[4] if len(sys.argv) > 4 else "train_on_batch"
given = json.loads(sys.argv[5]) if len(sys.argv) > 5 else {}
V, E, H = given.get("vocabularySize", 65), given.get("embeddingSize", 256), given.get("units", 1024)
B, T = given.get("batchSize", 64), given.get("sequenceLength", 100)
layers, dropout, clip = given.get("layers", 1), given.get("dropout", 0), given.get("clipNorm", 0)
Cell = keras.layers.LSTM if given.get("cell") == "lstm" else keras.layers.GRU

float(tf.reduce_sum(tf.matmul(tf.ones([64, 64]), tf.ones([64, 64]))))
engine_bytes = peak_bytes()

if mixed:
    keras.mixed_precision.set_global_policy("mixed_bfloat16")
stack = [keras.Input(batch_shape=(B, T), dtype="int32"), keras.layers.Embedding(V, E)]
for _ in range(layers):
    stack.append(
        Cell(
            H,
            return_sequences=True,
            stateful=True,
            recurrent_initializer="glorot_uniform",
            unroll=variant == "unroll",
        )
    )
    if dropout > 0:
        stack.append(keras.layers.Dropout(dropout))
model = keras.Sequential([*stack, keras.layers.Dense(V, dtype="float32")])
model.compile(
    optimizer=keras.optimizers.Adam(global_clipnorm=clip if clip > 0 else None),
    loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    jit_compile=variant == "jit",
)
rng = np.random.default_rng(1)
times = []

if variant == "fit":

    class Clock(keras.callbacks.Callback):
        def on_train_batch_begin(self, batch, logs=None):
            self.start = time.perf_counter()

        def on_train_batch_end(self, batch, logs=None):
            if batch >= warmup:
                times.append((time.perf_counter() - self.start) * 1000)

    n = warmup + steps
    pieces = rng.integers(0, V, (n * B, T + 1)).astype("int32")
    data = tf.data.Dataset.from_tensor_slices((pieces[:, :-1], pieces[:, 1:]))
    model.fit(data.batch(B, drop_remainder=True).prefetch(tf.data.AUTOTUNE), epochs=1, verbose=0, callbacks=[Clock()])
else:
    for i in range(warmup + steps):
        x = rng.integers(0, V, (B, T)).astype("int32")
        y = rng.integers(0, V, (B, T)).astype("int32")
        start = time.perf_counter()
        float(model.train_on_batch(x, y))
        if i >= warmup:
            times.append((time.perf_counter() - start) * 1000)

version = f"Keras {keras.__version__}, TensorFlow {tf.__version__}"
print(
    json.dumps(
        {"variant": variant, "version": version, "ms": times, "peakBytes": peak_bytes(), "engineBytes": engine_bytes}
    )
)
