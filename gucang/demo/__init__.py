"""Invented companies: the demo company that tells a year, and large ones to measure with.

Nothing of Django is imported here, so that names and words can be used without it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TextIO


def ensure_demo_company(say: Callable[[str], object]) -> list[str]:
    """Make the demo company if it is not there, while `say` hears how far it is; returns the lines with its log-ins."""
    from gucang.demo import cli

    return cli.ensure_demo_company(say=say)


def main(*, size: str, seed: int, out: TextIO, superuser: Callable[[], Any], own_fields: int = 0) -> None:
    """The command `gucang demo`; `superuser` connects to the database as who may COPY past row security."""
    from gucang.demo import cli

    cli.main(size=size, seed=seed, out=out, superuser=superuser, own_fields=own_fields)
