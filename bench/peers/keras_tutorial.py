"""TensorFlow's tutorial "Text generation with an RNN" in Keras: the mean training loss of each epoch on Shakespeare.

usage: python keras_tutorial.py [EPOCHS] [SEED]

Pieces of 101 characters, shuffled, 64 at a time; every batch begins with a state of zeros. Prints one JSON line for each epoch:
{"version", "seed", "epoch", "loss": [nats a character]}.
"""
import json
import os
import sys

from usage import check_arguments

check_arguments(__doc__, 0, range(2))

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
os.environ.setdefault("KERAS_BACKEND", "tensorflow")
import keras
import numpy as np
import tensorflow as tf

epochs = int(sys.argv[1]) if len(sys.argv) > 1 else 2
seed = int(sys.argv[2]) if len(sys.argv) > 2 else 1
B, T, E, H = 64, 100, 256, 1024
keras.utils.set_random_seed(seed)

corpus = os.path.join(os.path.dirname(__file__), "..", "..", "resources", "corpora", "shakespeare.txt")
with open(corpus, encoding="utf-8") as file:
    text = file.read()
alphabet = {character: i for i, character in enumerate(sorted(set(text)))}
ids = np.array([alphabet[character] for character in text], dtype="int32")
pieces = ids[: len(ids) // (T + 1) * (T + 1)].reshape(-1, T + 1)
data = tf.data.Dataset.from_tensor_slices((pieces[:, :-1], pieces[:, 1:]))
data = data.shuffle(len(pieces), seed=seed).batch(B, drop_remainder=True).prefetch(tf.data.AUTOTUNE)

model = keras.Sequential(
    [
        keras.Input(batch_shape=(B, T), dtype="int32"),
        keras.layers.Embedding(len(alphabet), E),
        keras.layers.GRU(H, return_sequences=True, recurrent_initializer="glorot_uniform"),
        keras.layers.Dense(len(alphabet)),
    ]
)
model.compile(optimizer="adam", loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True))


class Told(keras.callbacks.Callback):
    def on_epoch_end(self, epoch, logs=None):
        version = f"Keras {keras.__version__}, TensorFlow {tf.__version__}"
        print(json.dumps({"version": version, "seed": seed, "epoch": epoch + 1, "loss": logs["loss"]}), flush=True)


model.fit(data, epochs=epochs, verbose=0, callbacks=[Told()])
