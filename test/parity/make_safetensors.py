"""Writes golden/python-*.safetensors with the reference implementation, for test/model/safetensors.test.ts.

    python -m pip install safetensors numpy torch
    python test/parity/make_safetensors.py
"""

from pathlib import Path

import torch
from safetensors.torch import save_file

golden = Path(__file__).parent / "golden"
golden.mkdir(exist_ok=True)

# One metadata entry: the reference implementation does not promise an order.
save_file(
    {
        "gru/kernel": torch.arange(6, dtype=torch.float32).reshape(2, 3) / 4 - 0.5,
        "dense/bias": torch.tensor([1e-30, -3.5, 65504.0]),
        "scalar": torch.tensor(7.25),
        "empty": torch.zeros(0, 4),
    },
    golden / "python-f32.safetensors",
    metadata={"vocabulary": '["\\n","\\"","é","字","😀"]'},
)

values = torch.tensor([0.0, -0.0, 1.0, -2.5, 0.1, 65504.0, 6e-8, 6.1e-5, float("inf"), float("-inf")], dtype=torch.float64)
save_file(
    {
        "f64": values,
        "f32": values.float(),
        "f16": values.half(),
        "bf16": values.bfloat16(),
        # The same numbers, widened by the reference.
        "f16 as f32": values.half().float(),
        "bf16 as f32": values.bfloat16().float(),
    },
    golden / "python-types.safetensors",
)
save_file({"ids": torch.arange(3)}, golden / "python-i64.safetensors")
