"""Weights between PyTorch and Folio, both ways: as exchange_keras.py, and which gate goes where.

    python -m pip install torch numpy safetensors
    python test/parity/exchange_torch.py write /tmp/from-torch.safetensors /tmp/torch-logits.safetensors
    node test/parity/exchange.ts /tmp/from-torch.safetensors /tmp/torch-logits.safetensors /tmp/from-folio.safetensors
    python test/parity/exchange_torch.py read /tmp/from-folio.safetensors /tmp/torch-logits.safetensors

PyTorch keeps [outputs, inputs] and a GRU's gates in the order r, z, n; Keras, and so the file, [inputs, outputs] and z, r, h. An
LSTM's gates are in the same order (i, f, g, o), but PyTorch has two biases where Keras has their sum.
"""

import json
import sys

import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file


class CharacterModel(torch.nn.Module):
    def __init__(self, vocabulary, cell, layers, embeddingSize, units):
        super().__init__()
        self.config = {"cell": cell, "layers": layers, "embeddingSize": embeddingSize, "units": units}
        self.embedding = torch.nn.Embedding(len(vocabulary), embeddingSize)
        rnn = {"gru": torch.nn.GRU, "lstm": torch.nn.LSTM}[cell]
        self.rnn = rnn(embeddingSize, units, layers, batch_first=True)
        self.dense = torch.nn.Linear(units, len(vocabulary))

    def forward(self, ids):
        return self.dense(self.rnn(self.embedding(ids))[0])


def swap_gates(rows, cell):
    """r, z, n <-> z, r, h along axis 0."""
    if cell == "lstm":
        return rows
    first, second, third = rows.chunk(3)
    return torch.cat([second, first, third])


def layer_names(cell, layers):
    return [f"{cell}_{i}" if i else cell for i in range(layers)]


def to_keras(model):
    cell, state = model.config["cell"], model.state_dict()
    arrays = {
        "embedding/embeddings": state["embedding.weight"],
        "dense/kernel": state["dense.weight"].T,
        "dense/bias": state["dense.bias"],
    }
    for i, name in enumerate(layer_names(cell, model.config["layers"])):
        w_ih, w_hh, b_ih, b_hh = (swap_gates(state[f"rnn.{n}_l{i}"], cell) for n in ("weight_ih", "weight_hh", "bias_ih", "bias_hh"))
        arrays[f"{name}/kernel"], arrays[f"{name}/recurrent_kernel"] = w_ih.T, w_hh.T
        arrays[f"{name}/bias"] = torch.stack([b_ih, b_hh]) if cell == "gru" else b_ih + b_hh
    return {name: array.contiguous() for name, array in arrays.items()}


def from_keras(model, arrays):
    cell = model.config["cell"]
    state = {
        "embedding.weight": arrays["embedding/embeddings"],
        "dense.weight": arrays["dense/kernel"].T,
        "dense.bias": arrays["dense/bias"],
    }
    for i, name in enumerate(layer_names(cell, model.config["layers"])):
        bias = arrays[f"{name}/bias"]
        b_ih, b_hh = bias if cell == "gru" else (bias, torch.zeros_like(bias))
        state[f"rnn.weight_ih_l{i}"] = swap_gates(arrays[f"{name}/kernel"].T, cell)
        state[f"rnn.weight_hh_l{i}"] = swap_gates(arrays[f"{name}/recurrent_kernel"].T, cell)
        state[f"rnn.bias_ih_l{i}"], state[f"rnn.bias_hh_l{i}"] = swap_gates(b_ih, cell), swap_gates(b_hh, cell)
    model.load_state_dict(state)


def write(file, logits_file, cell="gru", layers="2"):
    torch.manual_seed(3)
    vocabulary = sorted(set("To be, or not to be: that is the question.\n天地玄黃é😀"))
    model = CharacterModel(vocabulary, cell, int(layers), 16, 48)
    for parameter in model.parameters():
        torch.nn.init.normal_(parameter, 0, 0.4)
    inputs = torch.randint(0, len(vocabulary), (4, 25))
    metadata = {"vocabulary": json.dumps(vocabulary), "config": json.dumps(model.config)}
    save_file(to_keras(model), file, metadata)
    save_file({"inputs": inputs.float(), "logits": model(inputs).detach()}, logits_file)
    print(f"wrote {file}: {len(vocabulary)} characters")


def read(file, logits_file):
    with safe_open(file, "pt") as opened:
        metadata = opened.metadata()
    model = CharacterModel(json.loads(metadata["vocabulary"]), **json.loads(metadata["config"]))
    from_keras(model, load_file(file))
    expected = load_file(logits_file)
    actual = model(expected["inputs"].long()).detach()
    error = (actual - expected["logits"]).abs().max() / expected["logits"].abs().max()
    print(f"read {file}: largest relative difference of the logits {error:.1e}")
    sys.exit(0 if error <= 1e-5 else "the logits differ")


if __name__ == "__main__":
    {"write": write, "read": read}[sys.argv[1]](*sys.argv[2:])
