"""The tutorial's training step in Keras: Embedding 256 -> GRU 1024 -> Dense 65, batch 64 x 100, Adam.

Prints one JSON line {"ms": [...]} with the time of each step after the warm-up.
usage: python keras_step.py STEPS WARMUP
"""
import json
import os
import sys
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np
import keras

steps, warmup = int(sys.argv[1]), int(sys.argv[2])
V, E, H, B, T = 65, 256, 1024, 64, 100

model = keras.Sequential(
    [
        keras.Input(batch_shape=(B, T), dtype="int32"),
        keras.layers.Embedding(V, E),
        keras.layers.GRU(H, return_sequences=True, stateful=True, recurrent_initializer="glorot_uniform"),
        keras.layers.Dense(V),
    ]
)
model.compile(optimizer="adam", loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True))
rng = np.random.default_rng(1)
times = []
for i in range(warmup + steps):
    x = rng.integers(0, V, (B, T)).astype("int32")
    y = rng.integers(0, V, (B, T)).astype("int32")
    start = time.perf_counter()
    loss = model.train_on_batch(x, y)
    float(loss)
    if i >= warmup:
        times.append((time.perf_counter() - start) * 1000)
print(json.dumps({"ms": times, "version": keras.__version__}))
