"""nanoGPT's published setting for characters of Shakespeare on a CPU, in PyTorch: a reproduction from its README and configuration.

usage: python nanogpt.py TEXT MINUTES [stretched|published]

  stretched   (default) the cosine ends with the minutes, however many steps that is: the best that the setting makes of them
  published   the cosine ends after 2,000 steps, as in the README; training goes on at the lowest rate until the minutes are over

A decoder of 4 blocks with 4 heads and 128 channels (pre-norm, GELU, no biases, no dropout, the output shares the embedding's weights), 12
windows of 64 characters a step, AdamW (0.9, 0.99; weight decay 0.1 on matrices), clipped at 1, 100 steps of warm-up to 1e-3, cosine to 1e-4.

The last 10 % of TEXT is never trained on and is measured whole, in windows of 64 side by side. The clock stands still meanwhile, and begins
after the library is loaded. Prints a JSON line for each measurement, {"seconds", "step", "loss"}, and last {"version", "parameters", "steps",
"seconds", "loss"}.
"""
import json
import math
import sys
import time

from usage import check_arguments

check_arguments(__doc__, 2, [1])

import torch
from torch.nn import functional

text = open(sys.argv[1], encoding="utf-8", newline="").read()
budget = float(sys.argv[2]) * 60
stretched = len(sys.argv) < 4 or sys.argv[3] == "stretched"

BLOCK, BATCH, LAYERS, HEADS, WIDTH = 64, 12, 4, 4, 128
STEPS, WARMUP, HIGHEST, LOWEST = 2000, 100, 1e-3, 1e-4
MEASUREMENTS = 20


class Block(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.before_attention = torch.nn.LayerNorm(WIDTH, bias=False)
        self.heads = torch.nn.Linear(WIDTH, 3 * WIDTH, bias=False)
        self.joined = torch.nn.Linear(WIDTH, WIDTH, bias=False)
        self.before_dense = torch.nn.LayerNorm(WIDTH, bias=False)
        self.wider = torch.nn.Linear(WIDTH, 4 * WIDTH, bias=False)
        self.narrower = torch.nn.Linear(4 * WIDTH, WIDTH, bias=False)

    def forward(self, x):
        b, t, _ = x.shape
        parts = self.heads(self.before_attention(x)).view(b, t, 3, HEADS, WIDTH // HEADS).permute(2, 0, 3, 1, 4)
        seen = functional.scaled_dot_product_attention(parts[0], parts[1], parts[2], is_causal=True)
        x = x + self.joined(seen.transpose(1, 2).reshape(b, t, WIDTH))
        return x + self.narrower(functional.gelu(self.wider(self.before_dense(x))))


class Decoder(torch.nn.Module):
    def __init__(self, vocabulary):
        super().__init__()
        self.characters = torch.nn.Embedding(vocabulary, WIDTH)
        self.positions = torch.nn.Embedding(BLOCK, WIDTH)
        self.blocks = torch.nn.Sequential(*[Block() for _ in range(LAYERS)])
        self.last = torch.nn.LayerNorm(WIDTH, bias=False)
        for name, weight in self.named_parameters():
            if weight.dim() == 2:
                into_residual = name.endswith(("joined.weight", "narrower.weight"))
                torch.nn.init.normal_(weight, std=0.02 / math.sqrt(2 * LAYERS) if into_residual else 0.02)

    def forward(self, ids):
        x = self.characters(ids) + self.positions.weight[: ids.shape[1]]
        return self.last(self.blocks(x)) @ self.characters.weight.T


def loss_of(model, inputs, targets, reduction="mean"):
    return functional.cross_entropy(model(inputs).flatten(0, 1), targets.flatten(), reduction=reduction)


@torch.no_grad()
def validation_loss(model, held):
    """Mean of all the held-out characters but the first; the last window may be shorter."""
    total = 0.0
    whole = (len(held) - 1) // BLOCK * BLOCK
    inputs, targets = held[:whole].view(-1, BLOCK), held[1 : whole + 1].view(-1, BLOCK)
    for x, y in zip(inputs.split(128), targets.split(128)):
        total += loss_of(model, x, y, "sum").item()
    if whole < len(held) - 1:
        total += loss_of(model, held[whole:-1][None], held[whole + 1 :][None], "sum").item()
    return total / (len(held) - 1)


def learning_rate(step, seconds):
    if step < WARMUP:
        return HIGHEST * (step + 1) / (WARMUP + 1)
    # Stretched, the warm-up's seconds belong to the cosine as well; they are few.
    progress = seconds / budget if stretched else (step - WARMUP) / (STEPS - WARMUP)
    return LOWEST + 0.5 * (1 + math.cos(math.pi * min(1.0, progress))) * (HIGHEST - LOWEST)


torch.manual_seed(1337)
alphabet = {character: i for i, character in enumerate(sorted(set(text)))}
ids = torch.tensor([alphabet[character] for character in text])
border = math.floor(len(ids) * (1 - 0.1))  # as Folio splits
training, held = ids[:border], ids[border:]
model = Decoder(len(alphabet))
matrices = [weight for weight in model.parameters() if weight.dim() >= 2]
others = [weight for weight in model.parameters() if weight.dim() < 2]
optimizer = torch.optim.AdamW(
    [{"params": matrices, "weight_decay": 0.1}, {"params": others, "weight_decay": 0.0}], lr=HIGHEST, betas=(0.9, 0.99)
)

step, seconds, loss = 0, 0.0, math.nan
next_measurement = budget / MEASUREMENTS
while seconds < budget:
    start = time.perf_counter()
    for group in optimizer.param_groups:
        group["lr"] = learning_rate(step, seconds)
    starts = torch.randint(len(training) - BLOCK, (BATCH,))
    windows = torch.stack([training[i : i + BLOCK + 1] for i in starts.tolist()])
    optimizer.zero_grad(set_to_none=True)
    loss_of(model, windows[:, :-1], windows[:, 1:]).backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    step += 1
    seconds += time.perf_counter() - start
    if seconds >= next_measurement or seconds >= budget:
        next_measurement = seconds + budget / MEASUREMENTS
        loss = validation_loss(model, held)
        print(json.dumps({"seconds": seconds, "step": step, "loss": loss}), flush=True)

print(
    json.dumps(
        {
            "version": f"PyTorch {torch.__version__}",
            "parameters": sum(weight.numel() for weight in model.parameters()),
            "steps": step,
            "seconds": seconds,
            "loss": loss,
        }
    )
)
