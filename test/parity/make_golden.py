"""Records what Keras computes, as test/parity/golden/{case}.safetensors, for parity.test.ts. Made once, committed.

    python -m pip install keras==3.15.1 tensorflow-cpu==2.21.0
    python test/parity/make_golden.py

Every file holds (all float32, ids included; B sequences of T characters):
    weights/{name}                  the initial weights, random, biases too
    batch{1,2,3}/inputs, targets    [B, T]; the state is carried from batch to batch
    batch{1,2}/logits, loss         with the initial weights: [B, T, V], the mean over B * T
    batch{1,2}/gradients/{name}     of that mean loss
    batch{1,2}/state/{layer}/{h,c}  final states, [B, H]
    adam/losses, adam/weights/{name}  three steps of Adam with Keras's defaults on the three batches, from a zero state
The medium case holds batch 1 alone, to stay below 2 MB.
"""

import json
import os
import struct
from pathlib import Path

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "2"
os.environ["CUDA_VISIBLE_DEVICES"] = "-1"

import keras
import numpy as np
import tensorflow as tf

GOLDEN = Path(__file__).parent / "golden"
SMALL = {"vocabularySize": 11, "embeddingSize": 5, "units": 7, "batchSize": 3, "sequenceLength": 6}
CASES = {
    **{f"{cell}-{layers}": {"cell": cell, "layers": layers, **SMALL} for cell in ("gru", "lstm") for layers in (1, 2)},
    # More characters in the vocabulary than in a batch: implementations may look the embedding up differently.
    **{
        f"{cell}-1-large-vocabulary": {"cell": cell, "layers": 1, **SMALL, "vocabularySize": 40}
        for cell in ("gru", "lstm")
    },
    "gru-1-medium": {
        "cell": "gru",
        "layers": 1,
        "vocabularySize": 65,
        "embeddingSize": 256,
        "units": 128,
        "batchSize": 8,
        "sequenceLength": 20,
    },
}


def write_safetensors(path, arrays, metadata):
    """The format in ten lines: header length, JSON header padded to 8, the arrays."""
    header, offset = {"__metadata__": metadata}, 0
    arrays = {name: np.ascontiguousarray(array, "<f4") for name, array in sorted(arrays.items())}
    for name, array in arrays.items():
        header[name] = {"dtype": "F32", "shape": array.shape, "data_offsets": [offset, offset + array.nbytes]}
        offset += array.nbytes
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(struct.pack("<Q", len(text)) + text + b"".join(array.tobytes() for array in arrays.values()))


def build(case):
    layer = {"gru": keras.layers.GRU, "lstm": keras.layers.LSTM}[case["cell"]]
    model = keras.Sequential(
        [
            keras.Input(batch_shape=(case["batchSize"], case["sequenceLength"])),
            keras.layers.Embedding(case["vocabularySize"], case["embeddingSize"], name="embedding"),
            *(
                layer(
                    case["units"],
                    return_sequences=True,
                    stateful=True,
                    recurrent_initializer="glorot_uniform",
                    name=case["cell"] + (f"_{i}" if i else ""),
                )
                for i in range(case["layers"])
            ),
            keras.layers.Dense(case["vocabularySize"], name="dense"),
        ]
    )
    recurrent = [layer for layer in model.layers if isinstance(layer, keras.layers.RNN)]
    variables = {f"{layer.name}/{v.name}": v for layer in model.layers for v in layer.trainable_variables}
    return model, recurrent, variables


def random_weights(variables, random):
    """Of a size that drives the gates into their curved parts; Keras's own small ones would hide a wrong gate."""
    for name, variable in variables.items():
        scale = 1.0 if "embedding" in name else 0.3 if "bias" in name else 1.5 / np.sqrt(variable.shape[0])
        variable.assign(random.normal(0, scale, variable.shape).astype("float32"))


def loss_and_gradients(model, variables, inputs, targets):
    loss_of = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    with tf.GradientTape() as tape:
        logits = model(inputs, training=True)
        loss = loss_of(targets, logits)
    # The embedding's gradient is a list of rows (IndexedSlices), and Keras's Adam makes something else of it than of a matrix:
    # the optimizer must get it as `fit` would give it.
    return logits, loss, dict(zip(variables, tape.gradient(loss, [v.value for v in variables.values()])))


def record(name, case, random):
    model, recurrent, variables = build(case)
    random_weights(variables, random)
    start = {n: v.numpy() for n, v in variables.items()}
    shape = (case["batchSize"], case["sequenceLength"])
    batches = [[random.integers(0, case["vocabularySize"], shape) for _ in "xy"] for _ in range(3)]
    medium = name.endswith("medium")
    arrays = {f"weights/{n}": w for n, w in start.items()}

    for number, (inputs, targets) in enumerate(batches[: 1 if medium else 3], 1):
        arrays[f"batch{number}/inputs"], arrays[f"batch{number}/targets"] = inputs, targets
        if number == 3:
            continue
        logits, loss, gradients = loss_and_gradients(model, variables, inputs, targets)
        arrays[f"batch{number}/logits"], arrays[f"batch{number}/loss"] = logits, loss
        arrays |= {f"batch{number}/gradients/{n}": tf.convert_to_tensor(g) for n, g in gradients.items()}
        for layer in recurrent:
            arrays |= {f"batch{number}/state/{layer.name}/{n}": s.numpy() for n, s in zip("hc", layer.states)}

    if not medium:
        for layer in recurrent:
            layer.reset_state()
        optimizer = keras.optimizers.Adam()
        losses = []
        for inputs, targets in batches:
            _, loss, gradients = loss_and_gradients(model, variables, inputs, targets)
            optimizer.apply(list(gradients.values()), list(variables.values()))
            losses.append(float(loss))
        arrays["adam/losses"] = np.array(losses)
        arrays |= {f"adam/weights/{n}": v.numpy() for n, v in variables.items()}

    metadata = {"case": json.dumps(case), "keras": keras.__version__, "tensorflow": tf.__version__}
    GOLDEN.mkdir(exist_ok=True)
    write_safetensors(GOLDEN / f"{name}.safetensors", arrays, metadata)
    print(f"{name}: {len(arrays)} arrays, losses {[float(v) for k, v in arrays.items() if k.endswith('/loss')]}")


if __name__ == "__main__":
    for seed, (name, case) in enumerate(CASES.items()):
        record(name, case, np.random.default_rng(seed))
