"""Generation in PyTorch: one character at a time, temperature 1, GRU 1024, decoded text at the end.

usage: python torch_generate.py REPEATS CHARACTERS WARMUP STREAMS [gru|cell]

  gru    torch.nn.GRU on a sequence of one
  cell   torch.nn.GRUCell

Prints one JSON line: {"variant", "version", "charactersPerSecond": [one for each repeat], "peakBytes"}; the characters of all
streams together.
"""
import json
import sys
import time

from usage import check_arguments

check_arguments(__doc__, 4, range(4))

import torch

from memory import peak_bytes

repeats, characters, warmup, streams = (int(argument) for argument in sys.argv[1:5])
variant = sys.argv[5] if len(sys.argv) > 5 else "gru"
E, H = 256, 1024
vocabulary = [chr(c) for c in range(ord("!"), ord("!") + 65)]
V = len(vocabulary)
TEMPERATURE = 1.0

torch.manual_seed(1)
embedding = torch.nn.Embedding(V, E)
gru = torch.nn.GRU(E, H)
cell = torch.nn.GRUCell(E, H)
dense = torch.nn.Linear(H, V)


@torch.inference_mode()
def generate(n):
    ids = torch.zeros(streams, dtype=torch.long)
    h = torch.zeros(1, streams, H) if variant == "gru" else torch.zeros(streams, H)
    written = []
    for _ in range(n):
        if variant == "gru":
            y, h = gru(embedding(ids)[None], h)
            y = y[0]
        else:
            h = y = cell(embedding(ids), h)
        probabilities = torch.softmax(dense(y) / TEMPERATURE, -1)
        ids = torch.multinomial(probabilities, 1)[:, 0]
        written.append(ids)
    return ["".join(vocabulary[i] for i in row) for row in torch.stack(written, 1).tolist()]


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
            "version": f"PyTorch {torch.__version__}",
            "charactersPerSecond": speeds,
            "peakBytes": peak_bytes(),
        }
    )
)
