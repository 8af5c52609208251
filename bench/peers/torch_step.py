"""The tutorial's training step in PyTorch: Embedding 256 -> GRU 1024 -> Linear 65, batch 64 x 100, Adam.

usage: python torch_step.py STEPS WARMUP [float32|mixed] [batch_first|time_major]

  mixed        bfloat16 autocast in the forward pass
  time_major   the GRU's own order, [T, B, E], which saves two transposes

Prints one JSON line: {"variant", "version", "ms": [time of each step after the warm-up], "peakBytes", "engineBytes"}.
"""
import json
import sys
import time

import torch

from memory import peak_bytes

steps, warmup = int(sys.argv[1]), int(sys.argv[2])
mixed = len(sys.argv) > 3 and sys.argv[3] == "mixed"
variant = sys.argv[4] if len(sys.argv) > 4 else "batch_first"
batch_first = variant == "batch_first"
V, E, H, B, T = 65, 256, 1024, 64, 100

(torch.ones(64, 64) @ torch.ones(64, 64)).sum().item()
engine_bytes = peak_bytes()


class Model(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = torch.nn.Embedding(V, E)
        self.gru = torch.nn.GRU(E, H, batch_first=batch_first)
        self.dense = torch.nn.Linear(H, V)

    def forward(self, x, h):
        y, h = self.gru(self.embedding(x), h)
        return self.dense(y), h


torch.manual_seed(1)
model = Model()
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3, eps=1e-7, fused=True)
h = torch.zeros(1, B, H)
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
    optimizer.step()
    h = h.detach().float()
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
