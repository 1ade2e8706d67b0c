"""What a version demands, ready to judge by, and its variants: each aligned once, however many cases share it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from json import dumps
from typing import Any, Protocol

from gucang.conformance.explaining import Departure, Explained, digest_of, explained, next_step
from gucang.conformance.judging import Demand, Limit
from gucang.conformance.models import Variant
from gucang.processes.mining.alignments import Aligner
from gucang.processes.mining.follows import Pairs, follows
from gucang.sops.definitions import Definition, keys_of, parse
from gucang.sops.models import ProcessVersion


@dataclass(frozen=True)
class Words:
    """A version as cases are judged by it. `order` are its steps from first to last, `final` the events that end it."""

    definition: Definition
    demands: Mapping[str, Demand]
    order: tuple[str, ...]
    final: frozenset[str]
    aligner: Aligner
    allowed: Pairs

    @property
    def shortest(self) -> int:
        """How many steps the shortest way through it has."""
        return self.aligner.shortest

    def step_of(self, event_name: str) -> str | None:
        """The step that an event of this name fulfils."""
        return self.definition.step_of(event_name)


def words_of(version: ProcessVersion) -> Words:
    """What a version says. Its words never change once it is in force, so they are read once in a process."""
    return _words(dumps(version.definition, sort_keys=True))


@lru_cache(maxsize=64)
def _words(text: str) -> Words:
    definition = parse(text)
    pairs: dict[str, set[str]] = defaultdict(set)
    for key, step in definition.steps.items():
        for other in step.four_eyes:
            pairs[key].add(other)
            pairs[other].add(key)
    demands = {
        key: Demand(
            frozenset(step.roles),
            Limit(step.limit.span, step.limit.after or "") if step.limit is not None else None,
            frozenset(pairs[key]),
        )
        for key, step in definition.steps.items()
    }
    order = tuple(keys_of(definition.outline))
    aligner = Aligner(definition.tree)
    return Words(definition, demands, order, frozenset(definition.final), aligner, follows(definition.tree))


def names_of(version: ProcessVersion) -> set[str]:
    """The names of all events that a version is about."""
    words = words_of(version)
    return {*words.definition.events, *words.final}


class Held(Protocol):
    """A case that looks for its variant."""

    version: ProcessVersion
    words: Words
    variant: Variant

    @property
    def steps(self) -> tuple[str, ...]: ...


def find(cases: Iterable[Held]) -> None:
    """Give each case its variant; those that are new are aligned and kept."""
    wanted: dict[tuple[int, str], Held] = {}
    named = [(digest_of(one.steps), one) for one in cases]
    for digest, one in named:
        wanted.setdefault((one.version.pk, digest), one)
    query = Variant.objects.filter(
        version__in={key for key, _digest in wanted}, digest__in={digest for _key, digest in wanted}
    )
    known = {(one.version_id, one.digest): one for one in query}
    new = [_made(digest, one) for (key, digest), one in wanted.items() if (key, digest) not in known]
    known |= {(one.version_id, one.digest): one for one in Variant.objects.bulk_create(new)}
    for digest, one in named:
        one.variant = known[one.version.pk, digest]


def _made(digest: str, one: Held) -> Variant:
    steps, words = one.steps, one.words
    whole = explained(words.aligner, steps, running=False)
    so_far = explained(words.aligner, steps, running=True)
    return Variant(
        company_id=one.version.company_id,
        version=one.version,
        digest=digest,
        steps=list(steps),
        cost=whole.cost,
        moves=whole.moves,
        departures=_stored(whole),
        running_cost=so_far.cost,
        running_moves=so_far.moves,
        running_departures=_stored(so_far),
        next=next_step(words.aligner, steps, words.order),
    )


def _stored(one: Explained) -> list[dict[str, Any]]:
    return [asdict(departure) for departure in one.departures]


def departures(variant: Variant, *, running: bool) -> Sequence[Departure]:
    """What departs in the order of a variant's steps."""
    return [Departure(**one) for one in (variant.running_departures if running else variant.departures)]
