"""The first wall: company data exists only inside `company_scope`, and is written only inside an action.

The second wall, row security in PostgreSQL, hangs on the setting `app.company_id`, which entering the scope sets for
this transaction only, so that it cannot survive into a pooled connection.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from gucang.kernel import setup
from gucang.kernel.errors import NoCompanyScope, WriteOutsideAction

_company: ContextVar[int | None] = ContextVar("company", default=None)
_writing: ContextVar[frozenset[str]] = ContextVar("writing", default=frozenset())
_memory: ContextVar[dict[str, Any] | None] = ContextVar("memory", default=None)
_deriving: ContextVar[frozenset[str]] = ContextVar("deriving", default=frozenset())


def active_company_id() -> int:
    """The id of the company whose scope is active.

    Raises NoCompanyScope when there is none: a query without a company is a mistake, not an empty answer.
    """
    company_id = _company.get()
    if company_id is None:
        raise NoCompanyScope("Company data was asked for outside company_scope(…).")
    return company_id


def in_company_scope() -> bool:
    """Whether a scope is active."""
    return _company.get() is not None


@contextmanager
def company_scope(company: Any, *, stamp: UUID | None = None) -> Iterator[int]:
    """Enter one company (a `Company` or its id) for one transaction; yields the id. Scopes do not nest.

    `stamp` is the company's `setup_stamp` as it was read just now: with it, what is kept of its set-up serves here too.
    """
    if in_company_scope():
        raise NoCompanyScope("A company scope is already active; scopes do not nest.")
    company_id = int(getattr(company, "pk", company))
    outermost = not connection.in_atomic_block
    with transaction.atomic():
        _tell_database(str(company_id))
        token = _company.set(company_id)
        memory = _memory.set({})
        shelf = setup.enter(company_id, stamp)
        try:
            yield company_id
            if not outermost and not connection.needs_rollback:
                # SET LOCAL inside a released savepoint would live on in the outer transaction.
                _tell_database("")
        finally:
            setup.leave(shelf)
            _memory.reset(memory)
            _company.reset(token)


def remembered(key: str, make: Callable[[], Any]) -> Any:
    """What `make` gives, asked once per scope: for what a request reads again and again. See also `setup.kept`."""
    memory = _memory.get()
    if memory is None:
        return make()
    if key not in memory:
        memory[key] = make()
    return memory[key]


def forget(key: str) -> None:
    """Ask again next time, after a change within the scope."""
    memory = _memory.get()
    if memory is not None:
        memory.pop(key, None)


def _tell_database(company_id: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('app.company_id', %s, true)", [company_id])


@contextmanager
def writing(*modules: str) -> Iterator[None]:
    """Permit writes to the tables of these modules (app labels). Only the kernel calls this, around an action."""
    token = _writing.set(_writing.get() | frozenset(modules))
    try:
        yield
    finally:
        _writing.reset(token)


@contextmanager
def only_writing(*modules: str) -> Iterator[None]:
    """Like `writing`, but forgets what an outer action was permitted: an action called by another has its own."""
    token = _writing.set(frozenset(modules))
    try:
        yield
    finally:
        _writing.reset(token)


@contextmanager
def deriving(module: str) -> Iterator[None]:
    """Permit a module, outside an action, to write those of its tables that only retell the log.

    Such a model says `derived = True`. Its rows (a notification) leave no event, because they tell of one.
    """
    token = _deriving.set(_deriving.get() | {module})
    try:
        yield
    finally:
        _deriving.reset(token)


def check_writing(model: Any) -> None:
    """Raise WriteOutsideAction unless an action of the model's own module is running, or it is being derived."""
    if getattr(model, "setup", False):
        setup.changes()
    label = model._meta.app_label
    if getattr(model, "derived", False) and label in _deriving.get():
        return
    if label not in _writing.get():
        raise WriteOutsideAction(
            f"{model._meta.object_name} is written only by an action of gucang.{label}; "
            f"put the change into gucang/{label}/actions.py and call it."
        )
