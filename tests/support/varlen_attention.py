"""FlashAttention's function for sequences of different lengths in plain torch: TRL's async trainer knows no other."""

from typing import Any


def flash_attn_varlen_func(
    query: Any, key: Any, value: Any, starts_q: Any, starts_k: Any, *_: Any, softmax_scale: float, **__: Any
) -> Any:
    """Causal, aligned at the ends: the last token of a segment sees all of its keys. Shapes: tokens, heads, width."""
    import torch

    heads = query.shape[1] // key.shape[1]
    key, value = (x.repeat_interleave(heads, dim=1) for x in (key, value))
    out = []
    bounds = zip(*(starts.tolist()[at:] for starts in (starts_q, starts_k) for at in (0, 1)), strict=False)
    for first_q, end_q, first_k, end_k in bounds:
        q, k, v = (
            x[first:end].transpose(0, 1)
            for x, first, end in ((query, first_q, end_q), (key, first_k, end_k), (value, first_k, end_k))
        )
        length, seen = end_q - first_q, end_k - first_k
        mask = torch.ones(length, seen, dtype=torch.bool).tril(seen - length)
        out.append(
            torch.nn.functional.scaled_dot_product_attention(q, k, v, attn_mask=mask, scale=softmax_scale).transpose(
                0, 1
            )
        )
    return torch.cat(out)
