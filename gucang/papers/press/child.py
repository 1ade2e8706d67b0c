"""Sets one sheet. A program of its own: JSON in, PDF out (PNG pages for pictures); `own` or `system` fonts.

What people typed reaches typst as data, never as its language.
"""

from __future__ import annotations

import contextlib
import sys
from pathlib import Path

HERE = Path(__file__).parent
SECONDS, BYTES = 20, 3 << 30


def bound() -> None:
    """Let the system end this process where it takes too long or too much; Windows has no such limits."""
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
        resource.setrlimit(resource.RLIMIT_AS, (BYTES, BYTES))


def main() -> None:
    """Read the sheet from the standard input, write the PDF to the standard output."""
    bound()
    import typst

    fonts = typst.Fonts(
        include_system_fonts="system" in sys.argv, include_embedded_fonts=False, font_paths=[HERE / "fonts"]
    )
    compiler = typst.Compiler(
        input=(HERE / "sheet.typ").read_bytes(),
        root=HERE,
        font_paths=fonts,
        sys_inputs={"data": sys.stdin.buffer.read().decode("utf-8")},
    )
    made = compiler.compile(format="pdf")
    assert isinstance(made, bytes)
    sys.stdout.buffer.write(made)


if __name__ == "__main__":
    main()
