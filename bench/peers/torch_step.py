"""The tutorial's training step in PyTorch: Embedding 256 -> GRU 1024 -> Linear 65, batch 64 x 100, Adam.

Prints one JSON line {"ms": [...]} with the time of each step after the warm-up.
usage: python torch_step.py STEPS WARMUP [float32|mixed]
"""
import json
import sys
import time

import torch

steps, warmup = int(sys.argv[1]), int(sys.argv[2])
mixed = len(sys.argv) > 3 and sys.argv[3] == "mixed"
V, E, H, B, T = 65, 256, 1024, 64, 100


class Model(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = torch.nn.Embedding(V, E)
        self.gru = torch.nn.GRU(E, H, batch_first=True)
        self.dense = torch.nn.Linear(H, V)

    def forward(self, x, h):
        y, h = self.gru(self.embedding(x), h)
        return self.dense(y), h


torch.manual_seed(1)
model = Model()
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3, eps=1e-7)
h = torch.zeros(1, B, H)
times = []
for i in range(warmup + steps):
    x = torch.randint(0, V, (B, T))
    y = torch.randint(0, V, (B, T))
    start = time.perf_counter()
    optimizer.zero_grad()
    with torch.autocast("cpu", dtype=torch.bfloat16, enabled=mixed):
        logits, h = model(x, h.detach())
        loss = torch.nn.functional.cross_entropy(logits.float().reshape(-1, V), y.reshape(-1))
    loss.backward()
    optimizer.step()
    h = h.detach().float()
    loss.item()
    if i >= warmup:
        times.append((time.perf_counter() - start) * 1000)
print(json.dumps({"ms": times, "version": torch.__version__}))
