"""The stage on which the story of the demo company happens: its clock, its people, and what chance decides.

Every customer, deal and habit is a generator, a `Life`: it does something at the moment the clock shows and yields the
moment at which it goes on. `World.run` wakes all of them in the order of time, so that the log is in that order too.
"""

from __future__ import annotations

import copy
import heapq
import itertools
import random
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import date, datetime, time, timedelta

from django.utils import timezone

from gucang.accounts.models import Member
from gucang.demo.names import CompanyName, NameGenerator, Product
from gucang.kernel import clock, reactions, statistics
from gucang.kernel.actors import Actor

Life = Iterator[datetime]
# Who waits for the story hears how far it is.
Say = Callable[[str], object]


def silent(_line: str) -> None:
    """Says nothing."""


DAYS_OF_HISTORY = 396
# Steps of the story between two looks at how large the tables have become: often at first, seldom later.
STATISTICS_AFTER = (150, 500, 2000)
# What is told at the end, after all lives, happens within so many minutes.
LAST_MINUTES = 35
# Only of the last days do people still find something in the bell.
DAYS_TOLD = 3


class World:
    """One telling. `now` is where the story ends; nothing happens later."""

    def __init__(self, seed: int, now: datetime, say: Say = silent) -> None:
        self.say = say
        self.now = timezone.localtime(now)
        self.today = self.now.date()
        self.first_day = self.today - timedelta(days=DAYS_OF_HISTORY)
        self.seed = seed
        self.names = NameGenerator(seed)
        self.chance = random.Random(f"{seed} story")
        self.products: list[Product] = self.names.products(40)
        self.members: dict[str, Member] = {}
        self._actors: dict[int, Actor] = {}
        self._waiting: list[tuple[datetime, int, Life]] = []
        self._count = itertools.count(1)

    # --- time ---

    def moment(self, day: date, hour: int = 0, minute: int | None = None) -> datetime:
        """A moment of working time on `day`; a random one when no hour is given."""
        hour = hour or self.chance.randint(9, 17)
        minute = self.chance.randrange(60) if minute is None else minute
        return timezone.make_aware(datetime.combine(day, time(hour, minute, self.chance.randrange(60))))

    def later(self, least: int, most: int) -> datetime:
        """A moment of a working day, `least` to `most` days from the moment that the clock shows."""
        day = clock.today() + timedelta(days=self.chance.randint(least, most))
        found = self.moment(working_day(day))
        return found if found > clock.now() else clock.now() + timedelta(minutes=self.chance.randint(20, 90))

    def in_history(self, least: int = 0, most: int = DAYS_OF_HISTORY - 5) -> datetime:
        """A moment of a working day, between `least` and `most` days ago."""
        day = self.today - timedelta(days=self.chance.randint(least, most))
        return self.moment(working_day(day, -1))

    def last_working_day(self, back: int = 1) -> date:
        """The working day that lies `back` working days before today."""
        day = self.today
        for _ in range(back):
            day = working_day(day - timedelta(days=1), -1)
        return day

    # --- people ---

    def actor(self, who: str | int | None) -> Actor:
        """The rights of a person, by the short name of the cast or by the member's id; read once."""
        pk = who if isinstance(who, int) else self.members[who or ""].pk
        if pk not in self._actors:
            self._actors[pk] = Member.objects.get(pk=pk).as_actor()
        return self._actors[pk]

    def forget_rights(self) -> None:
        """Read rights anew, after somebody was given a share in a record."""
        self._actors.clear()

    # --- lives ---

    def start(self, moment: datetime, life: Life) -> None:
        """Let a life begin at `moment`; one that would begin after the end of the story never does."""
        heapq.heappush(self._waiting, (moment, next(self._count), life))

    def once(self, moment: datetime, deed: Callable[[], object]) -> None:
        """Let one thing happen at `moment`."""
        self.start(moment, _once(deed))

    def run(self) -> None:
        """Let everything happen, in the order of time, until the last minutes."""
        until = self.now - timedelta(minutes=LAST_MINUTES)
        told_from = self.moment(self.last_working_day(DAYS_TOLD), 0, 0)
        steps, month = 0, ""
        while self._waiting:
            steps += 1
            if steps in STATISTICS_AFTER:
                statistics.refresh()
            moment, _number, life = heapq.heappop(self._waiting)
            if moment >= until:
                life.close()  # type: ignore[attr-defined]
                continue
            if (reached := f"{moment:%Y-%m}") != month:
                month = reached
                self.say(month)
            with clock.at(moment), _heard(moment >= told_from):
                following = next(life, None)
            if following is not None:
                self.start(max(following, moment), life)

    # --- chance ---

    def aside(self, name: str) -> World:
        """The same stage with a chance of its own: what that decides changes nothing else in the story."""
        other = copy.copy(self)
        other.chance = random.Random(f"{self.seed} {name}")
        return other

    def maybe(self, share: float) -> bool:
        return self.chance.random() < share

    def product(self) -> Product:
        return self.chance.choice(self.products)

    def company_in(self, provinces: frozenset[str]) -> CompanyName:
        """The next company that lies in one of these provinces, by the first two digits of their code."""
        return next(found for found in iter(self.names.company, None) if found.province_code[:2] in provinces)


def _once(deed: Callable[[], object]) -> Life:
    deed()
    return
    yield


def _heard(recent: bool) -> AbstractContextManager[None]:
    return reactions.at_once() if recent else reactions.quietly()


def working_day(day: date, step: int = 1) -> date:
    """`day`, or the next one (`step` -1: the one before) that is no Saturday or Sunday."""
    while day.weekday() >= 5:
        day += timedelta(days=step)
    return day


__all__ = ["DAYS_OF_HISTORY", "Life", "World", "working_day"]
