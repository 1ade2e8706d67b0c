"""What is wrong with a model or a log, as a sentence that names the place."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def marked(sentence: str) -> str:
    """The sentence itself; the mark is for those who collect what is to be translated."""
    return sentence


class MiningError(Exception):
    """A sentence with its parts apart, so that who shows it can say it in another language.

    `sentence` is an English message id with `%(name)s` places, `parts` what goes into them.
    """

    def __init__(self, sentence: str, parts: Mapping[str, Any] | None = None) -> None:
        self.sentence, self.parts = sentence, dict(parts or {})
        super().__init__(sentence % self.parts if self.parts else sentence)


class BadModel(MiningError):
    """A process model that cannot be read, or that can never reach its end."""


class BadLog(MiningError):
    """A file of events that cannot be read whole."""
