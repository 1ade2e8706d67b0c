"""`python reader.py <picture>` writes the lines of a picture to standard output: JSON [[text, x, y, width, height]].

A program of its own, because the engine takes 400 MB and its models: neither the web processes nor the job process
keep them. It imports nothing of ours and asks nothing of the network; the models come with the package.
"""

from __future__ import annotations

import json
import logging
import sys

MAX_SIDE = 2_000  # pixels; a card fills the photo, so its letters stay large enough
LEAST_SURE = 0.5
MEMORY = 3 * 1024**3  # bytes of address space; the engine maps more than it uses


def main(path: str) -> None:
    """Read one picture and write its lines."""
    _be_modest()
    import numpy  # type: ignore[import-not-found, unused-ignore]
    from PIL import Image
    from rapidocr import RapidOCR  # type: ignore[import-not-found, unused-ignore]

    logging.disable(logging.CRITICAL)
    with Image.open(path) as opened:
        picture = opened.convert("RGB")
    picture.thumbnail((MAX_SIDE, MAX_SIDE))
    found = RapidOCR()(numpy.asarray(picture)[:, :, ::-1])
    lines = [] if found.txts is None else list(zip(found.boxes, found.txts, found.scores, strict=True))
    json.dump([_line(box, text) for box, text, score in lines if score >= LEAST_SURE], sys.stdout, ensure_ascii=False)


def _line(box: list[list[float]], text: str) -> list[object]:
    across, down = [point[0] for point in box], [point[1] for point in box]
    return [text, *(round(float(n), 1) for n in (min(across), min(down), _span(across), _span(down)))]


def _span(values: list[float]) -> float:
    return max(values) - min(values)


def _be_modest() -> None:
    """Take what others leave, and not the whole machine."""
    try:
        import os
        import resource

        os.nice(10)
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    except (ImportError, OSError, ValueError):  # Windows
        pass


if __name__ == "__main__":
    sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr, unused-ignore]
    main(sys.argv[1])
