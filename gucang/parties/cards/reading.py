"""A card that waits to be confirmed: its photo in the company's folder, and beside it who brought it and what it says.

Nothing of it is in the database until a person confirms it; what nobody confirms is swept with the photo.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import structlog
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _t

from gucang.activity import files
from gucang.activity.files.kinds import by_name, clean_name
from gucang.kernel import jobs
from gucang.kernel.actors import Actor
from gucang.kernel.errors import NotVisible
from gucang.kernel.scope import company_scope
from gucang.parties.cards.fields import Card, read
from gucang.parties.cards.lines import from_reader

log = structlog.get_logger(__name__)
READER = Path(__file__).with_name("reader.py")
SECONDS = 120
NEEDED = ("rapidocr", "onnxruntime")
WAITING, DONE, UNREAD, BY_HAND = "waiting", "done", "unread", "by_hand"


@dataclass(frozen=True)
class Waiting:
    """`state`: "waiting" for the reader, "done", "unread" (the reader failed), "by_hand" (there is no reader)."""

    file: str
    name: str
    by: str
    state: str
    lines: list[list[Any]] = field(default_factory=list)
    contact: int | None = None

    def card(self) -> Card:
        """What was read, as fields; empty ones as long as nothing was."""
        return read(from_reader(self.lines))


def installed() -> bool:
    """Whether the optional reader is there."""
    return all(find_spec(name) is not None for name in NEEDED)


def receive(actor: Actor, upload: UploadedFile) -> Waiting:
    """Store the photo of a card and have it read. Raises BadFile with a sentence."""
    if not by_name(clean_name(upload.name or "")).picture:
        raise files.BadFile(_t("A card is read from a picture. Choose a photo of it."))
    stored = files.receive(upload)
    waiting = Waiting(stored.file, stored.name, actor.key, WAITING if installed() else BY_HAND)
    keep(waiting)
    if waiting.state == WAITING:
        jobs.enqueue("parties.read_card", file=waiting.file)
    return waiting


def keep(waiting: Waiting) -> None:
    """Write down how far a card is."""
    files.write_note(waiting.file, json.dumps(asdict(waiting), ensure_ascii=False))


def find(actor: Actor, file: str) -> Waiting:
    """The card that this person brought. Raises NotVisible: somebody else's is not there."""
    found = _found(file)
    if found is None or found.by != actor.key:
        raise NotVisible
    return found


def _found(file: str) -> Waiting | None:
    try:
        return Waiting(**json.loads(files.read_note(file)))
    except (files.BadFile, FileNotFoundError, ValueError, TypeError):
        return None


def have_read(company: int, file: str) -> None:
    """Have one photo read in a process of its own, and write down what it says. Twice gives the same.

    Enters the company's scope by itself: no transaction stays open while the reader works.
    """
    with company_scope(company):
        waiting = _found(file)
        picture = files.path_of(file)
    if waiting is None or waiting.state != WAITING:
        return
    try:
        done = replace(waiting, state=DONE, lines=lines_of(picture))
    except (OSError, ValueError, subprocess.SubprocessError) as error:
        log.warning("a card could not be read", reason=str(error)[-300:])
        done = replace(waiting, state=UNREAD)
    with company_scope(company):
        keep(done)


def lines_of(picture: Path, python: Sequence[str] = (sys.executable,)) -> list[list[Any]]:
    """The lines on a picture, as the reader writes them.

    Raises CalledProcessError or TimeoutExpired (after two minutes), and ValueError for an answer that is none.
    """
    done = subprocess.run(  # noqa: S603  our own program, and a path that we made
        [*python, str(READER), str(picture)], capture_output=True, timeout=SECONDS, check=True, encoding="utf-8"
    )
    found = json.loads(done.stdout)
    if not isinstance(found, list):
        raise ValueError("the reader wrote no list")
    return [[line.text, line.x, line.y, line.width, line.height] for line in from_reader(found)]
