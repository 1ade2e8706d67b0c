"""What `gucang demo` and the first start of `gucang run` do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TextIO

from gucang.demo import story
from gucang.demo.story import cast
from gucang.demo.story.world import Say
from gucang.kernel.models import Company

SIZES = {"10k": 10_000, "100k": 100_000, "1m": 1_000_000}


def ensure_demo_company(seed: int = 1, say: Say = story.silent) -> list[str]:
    """Make the demo company if it is not there; returns the lines with its log-ins. `say` hears how far it is.

    Doing it twice does nothing the second time, and a broken attempt leaves nothing behind: see `story.tell`.
    """
    if not Company.objects.filter(slug=story.SLUG).exists():
        story.tell(seed, say=say)
    return cast.log_ins()


def main(*, size: str, seed: int, out: TextIO, superuser: Callable[[], Any], own_fields: int = 0) -> None:
    """Make the demo company (`story`) or a company to measure with (10k, 100k, 1m customers).

    With `own_fields`, the customers of a company to measure with get that many own fields, also if it is there already.
    """
    if size == "story":
        told = ensure_demo_company(seed, lambda line: print(line, file=out, flush=True))
        out.write("\n".join(told) + "\n")
        return
    from gucang.demo import benchmark

    benchmark.make(
        f"bench-{size}",
        SIZES[size],
        seed=seed,
        say=lambda line: print(line, file=out, flush=True),
        superuser=superuser,
        own=own_fields,
    )
