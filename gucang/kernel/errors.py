"""What may go wrong in a way that a person is told about. Each carries a sentence that says what to do next."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _


class NoCompanyScope(RuntimeError):
    """Company data was touched outside `company_scope`. A programming error, never caught."""


class WriteOutsideAction(RuntimeError):
    """Something tried to write company data without an action of its module. A programming error, never caught."""


class Problem(Exception):
    """Base of everything that becomes an answer to a person: `status` is the HTTP code."""

    status = 400

    def __init__(self, sentence: Any) -> None:
        super().__init__(sentence)
        self.sentence = sentence

    def __str__(self) -> str:
        return str(self.sentence)


class Invalid(Problem):
    """Values were not accepted: `fields` maps a field name ("" for the whole form) to its sentences."""

    status = 422

    def __init__(self, fields: Mapping[str, Sequence[Any]]) -> None:
        super().__init__(next((s for many in fields.values() for s in many), _("Some values need a correction.")))
        self.fields = {name: [str(s) for s in many] for name, many in fields.items()}


class Lacking(Invalid):
    """The record lacks what the action asks of it: `fields` are the record's own, not the action's.

    Whoever asked can be asked for them in the same form. `sentence` says it for all of them.
    """

    def __init__(self, fields: Mapping[str, Sequence[Any]], sentence: Any = None) -> None:
        super().__init__(fields)
        if sentence is not None:
            self.sentence = sentence


class Refused(Problem):
    """Nobody may do this now: the state of the record forbids it."""

    status = 409

    def __init__(self, sentence: Any, *, field: str = "") -> None:
        super().__init__(sentence)
        self.field = field


class Forbidden(Problem):
    """This person may see the record but not do this with it."""

    status = 403


class NotVisible(Problem):
    """There is no such record for this person; whether it exists is not told."""

    status = 404

    def __init__(self, sentence: Any = None) -> None:
        super().__init__(sentence or _("There is nothing here, or you may not see it."))


@dataclass(frozen=True)
class Clash:
    """One field that somebody else changed meanwhile: their value, yours, who and when."""

    field: str
    label: str
    theirs: Any
    yours: Any
    by: str
    at: Any


class Stale(Problem):
    """Somebody changed the same fields since the person looked: both values are in `clashes`."""

    status = 409

    def __init__(self, sentence: Any, clashes: Sequence[Clash]) -> None:
        super().__init__(sentence)
        self.clashes = list(clashes)


class NeedsApproval(Problem):
    """A gate holds the action back until others agree.

    What the action had begun is taken back; then `park` is called, which keeps what was asked for and returns it as
    the `request`. Nothing else of the deed remains, and what is around it is committed as after a success. `reason` is
    what held it back, in words that are the same for all that are alike.
    """

    status = 202

    def __init__(self, sentence: Any, request: Any = None, *, park: Callable[[], Any] | None = None) -> None:
        super().__init__(sentence)
        self.reason, self.request, self.park = str(sentence), request, park
