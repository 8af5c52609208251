"""A training step in PyTorch: Embedding -> recurrent layers -> Linear, Adam; the tutorial's when no workload is given.

usage: python torch_step.py STEPS WARMUP [float32|mixed] [batch_first|time_major] [WORKLOAD]

  WORKLOAD     JSON, see workloads.ts
  mixed        bfloat16 autocast in the forward pass
  time_major   the GRU's own order, [T, B, E], which saves two transposes

Prints one JSON line: {"variant", "version", "ms": [time of each step after the warm-up], "peakBytes", "engineBytes"}.
"""
import json
import sys
import time

from usage import check_arguments

check_arguments(__doc__, 2, range(2))

import torch

from memory import peak_bytes

steps, warmup = int(sys.argv[1]), int(sys.argv[2])
mixed = len(sys.argv) > 3 and sys.argv[3] == "mixed"
variant = sys.argv[4] if len(sys.argv) > 4 else "batch_first"
batch_first = variant == "batch_first"
given = json.loads(sys.argv[5]) if len(sys.argv) > 5 else {}
V, E, H = given.get("vocabularySize", 65), given.get("embeddingSize", 256), given.get("units", 1024)
B, T = given.get("batchSize", 64), given.get("sequenceLength", 100)
layers, dropout, clip = given.get("layers", 1), given.get("dropout", 0), given.get("clipNorm", 0)
lstm = given.get("cell") == "lstm"

(torch.ones(64, 64) @ torch.ones(64, 64)).sum().item()
engine_bytes = peak_bytes()


class Model(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = torch.nn.Embedding(V, E)
        kind = torch.nn.LSTM if lstm else torch.nn.GRU
        # PyTorch's dropout is between layers only; the one after the last is the model's own.
        self.recurrent = kind(E, H, num_layers=layers, dropout=dropout if layers > 1 else 0, batch_first=batch_first)
        self.dropout = torch.nn.Dropout(dropout)
        self.dense = torch.nn.Linear(H, V)

    def forward(self, x, h):
        y, h = self.recurrent(self.embedding(x), h)
        return self.dense(self.dropout(y)), h


torch.manual_seed(1)
model = Model()
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3, eps=1e-7, fused=True)
h = torch.zeros(layers, B, H)
if lstm:
    h = (h, torch.zeros(layers, B, H))
shape = (B, T) if batch_first else (T, B)
times = []
for i in range(warmup + steps):
    x = torch.randint(0, V, shape)
    y = torch.randint(0, V, shape)
    start = time.perf_counter()
    optimizer.zero_grad()
    with torch.autocast("cpu", dtype=torch.bfloat16, enabled=mixed):
        logits, h = model(x, h)
        loss = torch.nn.functional.cross_entropy(logits.float().reshape(-1, V), y.reshape(-1))
    loss.backward()
    if clip > 0:
        torch.nn.utils.clip_grad_norm_(model.parameters(), clip)
    optimizer.step()
    h = tuple(part.detach().float() for part in h) if lstm else h.detach().float()
    loss.item()
    if i >= warmup:
        times.append((time.perf_counter() - start) * 1000)

print(
    json.dumps(
        {
            "variant": variant,
            "version": f"PyTorch {torch.__version__}",
            "ms": times,
            "peakBytes": peak_bytes(),
            "engineBytes": engine_bytes,
        }
    )
)
