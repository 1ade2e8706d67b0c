"""The one kind of error the text functions raise: a sentence for the person who typed."""

from __future__ import annotations

from django.utils.functional import Promise


class BadText(ValueError):
    """What was typed cannot be used; ``str()`` is a whole sentence in the reader's language.

    ``sentence`` is a lazily translated text with ``%(name)s`` places, ``values`` fills them. It is
    translated when it is read, not when it is raised, so that a background job's error speaks the
    language of whoever opens it.
    """

    def __init__(self, sentence: str | Promise, **values: object) -> None:
        super().__init__(sentence, values)
        self.sentence = sentence
        self.values = values

    def __str__(self) -> str:
        return str(self.sentence) % self.values
