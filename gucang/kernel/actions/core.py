"""An action: lock, permission, guard, gates, the change itself, one event, reactions, and deliveries after commit."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import replace
from datetime import datetime
from typing import Any, NamedTuple

from django.db import transaction
from django.utils.translation import gettext as _t

from gucang.kernel import clock, custom, events, lines, permissions, reactions, records, search
from gucang.kernel.actions import lining
from gucang.kernel.actions.gates import Weighed, ask, scales_for
from gucang.kernel.actions.keeping import run_keeps
from gucang.kernel.actions.saving import changed_columns, save_or_say, validate
from gucang.kernel.actions.values import clean_values, default_of
from gucang.kernel.actors import Actor, ActsAs, as_actor
from gucang.kernel.custom import terms
from gucang.kernel.errors import Forbidden, Invalid, Lacking, NeedsApproval, NotVisible, Refused
from gucang.kernel.fields import BadValue, FieldSpec, specs_of_signature
from gucang.kernel.models import Event
from gucang.kernel.numbering import next_number
from gucang.kernel.scope import only_writing
from gucang.kernel.snapshots import Snapshot, changed_between, snapshot

Back = Callable[[Event], "tuple[str, dict[str, Any]] | None"]

_actions: dict[str, Action] = {}
_depth: ContextVar[int] = ContextVar("action_depth", default=0)
MAX_DEPTH = 8
REDACTED = "[redacted]"


class Outcome(NamedTuple):
    """What an action left: the record as it is now, and its event (None when nothing changed)."""

    record: Any
    event: Event | None


def get(name: str) -> Action:
    """The action called `name`. Raises LookupError."""
    record_name, _dot, verb = name.partition(".")
    found = _actions.get(name) or (own.verbs.get(verb) if (own := records.own().get(record_name)) else None)
    if found is None:
        raise LookupError(f"There is no action {name!r}.")
    return found


def every() -> list[Action]:
    """All actions that are declared in code, by name."""
    return [_actions[name] for name in sorted(_actions)]


class Action:
    """A verb of one record type. Made by `action`, `creating`, `editing` and the other makers; called like a function.

    `win(deal, actor=alice, on=today)` does everything and returns an `Outcome`. Besides the body's own parameters a
    call takes `actor`, `seen` (the version the person looked at), `at` (when it really happened), `cause` (the event
    that led to it) and `also` (fields that an import fills beyond the form). It raises Forbidden, Refused, Invalid,
    Stale, NotVisible or NeedsApproval.

    `says` is a sentence on the dialog about what it will do, which may name the "%(record)s"; what is red always has
    one. `own`, of a record type that one company has made: it is found through that type and no registry. `params` are
    the fields of its dialog where the body's signature cannot tell them.
    """

    def __init__(
        self,
        name: str,
        body: Callable[..., Any],
        *,
        label: Any,
        allow: Callable[[Actor, Any], bool] | None = None,
        guard: Callable[[Any], Any] | None = None,
        creates: bool = False,
        on_values: bool = False,
        hands_over: bool = False,
        unowned: bool = False,
        binned: bool = False,
        always: bool = False,
        icon: str = "",
        tone: str = "",
        says: Any = "",
        labels: dict[str, Any] | None = None,
        redacts: bool = False,
        gone: Any = None,
        internal: bool = False,
        back: Back | None = None,
        params: Sequence[FieldSpec] | None = None,
        own: bool = False,
        stands_for: Callable[[Actor, Any], int | None] | None = None,
    ) -> None:
        self.name, self.body, self.label = name, body, label
        self.allow, self.guard = allow, guard
        self.creates, self.on_values = creates, on_values
        self.hands_over, self.unowned, self.binned, self.always = hands_over, unowned, binned, always
        self.icon, self.tone, self.redacts, self.gone = icon, tone, redacts, gone
        self.says = says
        self.internal, self.back, self.stands_for = internal, back, stands_for
        self.record_name, _dot, self.verb = name.partition(".")
        self.module = body.__globals__.get("__name__", "") if hasattr(body, "__globals__") else ""
        self.__doc__ = body.__doc__
        self._labels = labels or {}
        self._params = None if params is None else tuple(params)
        if own:
            return
        if name in _actions:
            raise ValueError(f"Action {name} is defined twice.")
        _actions[name] = self

    def __repr__(self) -> str:
        return f"<Action {self.name}>"

    @property
    def type(self) -> records.RecordType:
        """The record type that this is a verb of."""
        return records.get(self.record_name)

    @property
    def params(self) -> tuple[FieldSpec, ...]:
        """The parameters that a person fills in, the dialog's fields; create and edit take the form's instead."""
        if self._params is None:
            self._params = specs_of_signature(self.body, self._labels)
        return self._params

    def why_not(self, actor: Actor | ActsAs, record: Any) -> str | None:
        """Why this cannot be done to `record` now by `actor`, as a sentence; None when it can. For buttons."""
        actor = as_actor(actor)
        try:
            self._check_right(actor, record)
        except Forbidden as problem:
            return problem.sentence
        if self.binned and record.deleted_at is None:
            return _t("“%(record)s” is not in the bin.") % {"record": record}
        return self._guarded(record)

    def __call__(
        self,
        record: Any = None,
        /,
        *,
        actor: Actor | ActsAs,
        seen: int | None = None,
        at: datetime | None = None,
        cause: int | None = None,
        request_id: str = "",
        also: Sequence[str] = (),
        **params: Any,
    ) -> Outcome:
        actor, outermost = as_actor(actor), is_outermost()
        try:
            with transaction.atomic():
                instance = self._begin(record, actor)
                self._check_right(actor, instance)
                if sentence := self._guarded(instance):
                    raise Refused(sentence)
                clean = self.clean(params, actor, instance, also)
                ask(self, actor, instance, clean, outermost=outermost)
                run = _Run(self, actor, instance, seen=seen, at=at, cause=cause, request_id=request_id)
                outcome = run.go(clean)
                if outermost and outcome.event is not None:
                    for scale in scales_for(self, actor):
                        scale(Weighed(self, actor, outcome.record, clean, outcome.event, tuple(also)))
                return outcome
        except NeedsApproval as waiting:
            if outermost:
                park(waiting)
            raise

    def _guarded(self, instance: Any) -> str | None:
        return str(sentence) if self.guard and (sentence := self.guard(instance)) else None

    def _begin(self, record: Any, actor: Actor) -> Any:
        model = self.type.model
        if self.creates:
            return self.type.blank()
        pk = getattr(record, "pk", record)
        query = (model.with_bin if self.binned else model._default_manager).filter(pk=pk)  # type: ignore[attr-defined]
        if self.binned:
            query = query.exclude(deleted_at=None)
        query = query.select_for_update(of=("self",), no_key=True)
        # What it was about when it was read is the likeliest, and far less to ask; it may have moved on since.
        for about in (getattr(record, "about_type", ""), ""):
            with permissions.about_only(about):
                instance = query.filter(self.type.visible(actor)).first()
            if instance is not None:
                return instance
            if not about:
                break
        raise NotVisible(self.gone) if self.gone else NotVisible()

    def _check_right(self, actor: Actor, instance: Any) -> None:
        record_type = self.type
        if actor.eyes is not None:
            raise Forbidden(
                _t("You only look as %(name)s; nothing can be changed. Stop looking to work as yourself.")
                % {"name": actor.name}
            )
        if not actor.may(self.name):
            raise Forbidden(
                _t("Your role does not include “%(action)s”. Ask an administrator if you need it.")
                % {"action": self.label}
            )
        new = self.creates or instance.pk is None
        free = self.unowned and not new and record_type.owner_id(instance) is None
        if not new and not free and not permissions.within_reach(actor, self.name, record_type, instance):
            raise Forbidden(
                _t("“%(record)s” belongs to somebody else; ask them or a manager to do this.") % {"record": instance}
            )
        if self.allow is not None and not self.allow(actor, instance):
            raise Forbidden(_t("This is for others to do; ask the owner or a manager."))

    def clean(
        self, params: dict[str, Any], actor: Actor, instance: Any = None, also: Sequence[str] = ()
    ) -> dict[str, Any]:
        """What a call with these parameters works with. Without a record, what is right for any. Raises Invalid."""
        if self.on_values:
            given = params.pop("values", params)
            return {"values": clean_values(self.type, given, actor, instance, new=self.creates, also=also)}
        problems: dict[str, list[Any]] = {}
        clean: dict[str, Any] = {}
        known = {spec.name: spec for spec in self.params}
        for name in params.keys() - known.keys():
            problems[name] = [_t("“%(action)s” has no field “%(field)s”.") % {"action": self.label, "field": name}]
        for name, spec in known.items():
            try:
                clean[name] = spec.clean(params[name], actor) if name in params else default_of(spec)
            except BadValue as problem:
                problems[name] = [problem.sentence]
        if problems:
            raise Invalid(problems)
        return clean


class _Run:
    """One call of an action, after the checks: from the snapshot to the deliveries."""

    def __init__(
        self,
        verb: Action,
        actor: Actor,
        instance: Any,
        *,
        seen: int | None,
        at: datetime | None,
        cause: int | None,
        request_id: str,
    ) -> None:
        self.verb, self.actor, self.instance = verb, actor, instance
        self.seen, self.at, self.cause, self.request_id = seen, at, cause, request_id
        self.record_type = verb.type

    def go(self, params: dict[str, Any]) -> Outcome:
        depth = _depth.get() + 1
        if depth > MAX_DEPTH:
            raise RuntimeError(
                f"{self.verb.name} is {depth} actions deep; reactions are calling each other in a circle."
            )
        token = _depth.set(depth)
        try:
            with only_writing(self.instance._meta.app_label, "kernel"):
                return self._go(params)
        finally:
            _depth.reset(token)

    def _go(self, params: dict[str, Any]) -> Outcome:
        before = None if self.verb.creates else snapshot(self.instance)
        author = self._author()
        event_id = events.next_id()
        cause = self.cause or reactions.current_cause()
        facts = reactions.during(event_id, lambda: self.verb.body(self.instance, **self._body_params(params)))
        changes = changed_between(before, snapshot(self.instance)) | lines.changes(self.instance)
        if before is not None and not changes and not self.verb.always:
            return Outcome(self.instance, None)
        if missing := custom.missing_in_stage(self.record_type, self.instance, changes):
            raise Lacking(missing)
        if before is not None and self.seen is not None and self.seen < self.instance.version:
            events.check_not_stale(self.record_type, self.instance, self.seen, changes)
        self._save(before, changes)
        run_keeps(self.record_type.name, [(before, self.instance)])
        search.keep_entry(self.record_type, self.instance, changes)
        terms.keep(self.record_type, [(self.instance, changes, before is None)])
        event = events.append(
            self.record_type,
            self.instance,
            event_id=event_id,
            name=self.verb.name,
            actor=author,
            changes={name: [REDACTED, REDACTED] for name in changes} if self.verb.redacts else changes,
            facts=facts or {},
            occurred_at=self.at,
            cause=cause,
            request_id=self.request_id,
        )
        reactions.run(event, self.instance, self.actor)
        self._check_still_visible(changes)
        return Outcome(self.instance, event)

    def _author(self) -> Actor:
        """Who the event names: the actor, and in whose place they act."""
        if self.verb.stands_for is None or (principal := self.verb.stands_for(self.actor, self.instance)) is None:
            return self.actor
        return replace(self.actor, on_behalf_of=principal)

    def _body_params(self, params: dict[str, Any]) -> dict[str, Any]:
        return params | {"actor": self.actor} if wants_actor(self.verb.body) else params

    def _save(self, before: Snapshot | None, changes: dict[str, Any]) -> None:
        instance = self.instance
        now = clock.now()
        if hasattr(instance, "derive"):
            instance.derive()
        validate(instance, None if before is None else set(changes))
        if before is None and self.record_type.number and not instance.number:
            instance.number = next_number(self.record_type)
            changes["number"] = [None, instance.number]
        instance.version += 1
        new = before is None
        if hasattr(instance, "updated_at"):
            instance.updated_at = now
            if new and instance.created_at is None:
                instance.created_at = self.at or now
        save_or_say(instance, None if new else changed_columns(instance, changes))
        lining.save(self.record_type, [instance])

    def _check_still_visible(self, changes: Mapping[str, Any]) -> None:
        """A person must not lose sight of a record by their own change, unless the action hands it over."""
        if self.verb.hands_over or self.actor.kind == "system" or self.record_type.owner_field not in changes:
            return
        if self.verb.binned or getattr(self.instance, "deleted_at", None):
            return
        mine = self.actor.member_id is not None and self.record_type.owner_id(self.instance) == self.actor.member_id
        if mine and self.actor.may(f"{self.record_type.name}.view"):
            return  # every reach includes one's own: the usual case needs no query
        if not self.record_type.query(self.actor).filter(pk=self.instance.pk).exists():
            raise Forbidden(_t("After this change you could not see the record any more; hand it over instead."))


def is_outermost() -> bool:
    """Whether no action is running: what is called now is a deed of its own, not part of another."""
    return _depth.get() == 0


@contextmanager
def as_outermost() -> Iterator[None]:
    """Let what is called inside count as deeds of their own: a trial that shows what each of them would come to."""
    token = _depth.set(0)
    try:
        yield
    finally:
        _depth.reset(token)


def park(waiting: NeedsApproval) -> None:
    """Keep what a gate held back, after it was taken back. Raises what keeping it raises."""
    if waiting.park is not None:
        keep_it, waiting.park = waiting.park, None
        with transaction.atomic():
            waiting.request = keep_it()


def wants_actor(body: Callable[..., Any]) -> bool:
    """Whether an action's body asks for the actor."""
    code = getattr(body, "__code__", None)
    return code is not None and "actor" in code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]


def action(
    name: str,
    *,
    label: Any,
    allow: Callable[[Actor, Any], bool] | None = None,
    guard: Callable[[Any], Any] | None = None,
    **options: Any,
) -> Callable[[Callable[..., Any]], Action]:
    """Make a verb of the function below: its first parameter is the record, its keyword-only ones are the form.

    The body changes the record and may return facts for the event (a dict of JSON values); it saves nothing itself.
    `allow(actor, record)` answers who may, `guard(record)` why nobody may now. `hands_over` permits the actor to lose
    sight of the record; `redacts` keeps the values out of the event; `unowned` lets it be done to records without
    owner; `always` leaves an event even when no field changed; `gone` is the sentence for a record that the actor does
    not see, or no more; `tone` and `icon` are for the button; `labels` name the parameters. `back(event)` names the
    verb that takes it back and its parameters, where `kernel.undoing` cannot tell that by itself. `stands_for(actor,
    record)` gives the id of the member in whose place the actor does it, asked before the body. `internal` is for
    what only the program does: it may not be a verb of its record type, so that no screen and no API offers it.
    """

    def make(body: Callable[..., Any]) -> Action:
        return Action(name, body, label=label, allow=allow, guard=guard, **options)

    return make
