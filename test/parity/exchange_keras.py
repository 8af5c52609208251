"""Weights between Keras and Folio, both ways. A check by hand, and the few lines that a person needs.

    python -m pip install keras==3.15.1 tensorflow-cpu==2.21.0 safetensors
    python test/parity/exchange_keras.py write /tmp/from-keras.safetensors /tmp/keras-logits.safetensors
    node test/parity/exchange.ts /tmp/from-keras.safetensors /tmp/keras-logits.safetensors /tmp/from-folio.safetensors
    python test/parity/exchange_keras.py read /tmp/from-folio.safetensors /tmp/keras-logits.safetensors

`write` makes a model, the file that Folio imports, and its logits for some text; exchange.ts imports the file, compares its own
logits and exports the run; `read` loads what Folio exported into a new model and compares.
"""

import json
import os
import sys

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "2"

import keras
import numpy as np
from safetensors import safe_open
from safetensors.numpy import load_file, save_file


def build(vocabulary, cell, layers, embeddingSize, units):
    layer = {"gru": keras.layers.GRU, "lstm": keras.layers.LSTM}[cell]
    model = keras.Sequential([keras.layers.Embedding(len(vocabulary), embeddingSize, name="embedding")])
    for i in range(layers):
        model.add(layer(units, return_sequences=True, name=f"{cell}_{i}" if i else cell))
    model.add(keras.layers.Dense(len(vocabulary), name="dense"))
    model.build((None, None))
    return model


def weights_of(model):
    return {f"{layer.name}/{weight.name}": weight for layer in model.layers for weight in layer.trainable_weights}


def save_for_folio(model, file, vocabulary, **config):
    arrays = {name: np.asarray(weight) for name, weight in weights_of(model).items()}
    save_file(arrays, file, metadata={"vocabulary": json.dumps(vocabulary), "config": json.dumps(config)})


def load_from_folio(file):
    with safe_open(file, "np") as opened:
        metadata = opened.metadata()
        vocabulary, config = json.loads(metadata["vocabulary"]), json.loads(metadata["config"])
        model = build(vocabulary, **config)
        for name, weight in weights_of(model).items():
            weight.assign(opened.get_tensor(name))
    return model, vocabulary


def write(file, logits_file, cell="gru", layers="2"):
    keras.utils.set_random_seed(3)
    vocabulary = sorted(set("To be, or not to be: that is the question.\n天地玄黃é😀"))
    config = {"cell": cell, "layers": int(layers), "embeddingSize": 16, "units": 48}
    model = build(vocabulary, **config)
    for weight in weights_of(model).values():  # biases too, and gates that are not all near the middle
        weight.assign(np.random.normal(0, 0.4, weight.shape))
    inputs = np.random.randint(0, len(vocabulary), (4, 25))
    save_for_folio(model, file, vocabulary, **config)
    save_file({"inputs": inputs.astype("float32"), "logits": np.asarray(model(inputs))}, logits_file)
    print(f"wrote {file}: {len(vocabulary)} characters, {model.count_params()} parameters")


def read(file, logits_file):
    model, vocabulary = load_from_folio(file)
    expected = load_file(logits_file)
    actual = np.asarray(model(expected["inputs"].astype("int32")))
    error = np.abs(actual - expected["logits"]).max() / np.abs(expected["logits"]).max()
    print(f"read {file}: {len(vocabulary)} characters; largest relative difference of the logits {error:.1e}")
    sys.exit(0 if error <= 1e-5 else "the logits differ")


if __name__ == "__main__":
    {"write": write, "read": read}[sys.argv[1]](*sys.argv[2:])
