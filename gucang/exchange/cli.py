"""What the command line does: bring a file in, take a list out. Exit code 1 means that rows were refused."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any, TextIO

from django.db import transaction
from django.utils.translation import gettext as _t

from gucang.accounts.models import Member
from gucang.exchange import export, intake, maps, store
from gucang.exchange.actions import exports, imports
from gucang.exchange.engine import Runner, rehearse
from gucang.exchange.models import COUNTS, Import, ImportLine, Kind, Progress
from gucang.kernel import records
from gucang.kernel.actors import as_actor, system
from gucang.kernel.errors import Invalid, NeedsApproval, Refused
from gucang.kernel.models import Company
from gucang.kernel.scope import company_scope
from gucang.surface.sheets import guarded

HEAD = ("table", "line", "kind", "field", "sentence", "old", "new", "row")


def import_csv(parsed: argparse.Namespace) -> int:
    """`gucang import COMPANY RECORD FILE --as EMAIL`: RECORD is a record type or a ready map.

    Prints the counts of each table and every refused, repaired or duplicate row. Returns 1 when rows were refused.
    """
    out = sys.stdout
    company = _company(parsed.company)
    wanted = _wanted(parsed.record) | {"if_duplicate": "skip" if parsed.skip_duplicates else "add"}
    try:
        if parsed.dry_run:
            with company_scope(company):
                found = _tried(parsed.file, wanted, _member(parsed.member))
                transaction.set_rollback(True)
            counts, tables, lines = found
        else:
            counts, tables, lines = _brought(company, parsed.file, wanted, parsed.member, out)
    except Invalid as problem:
        raise Refused(str(problem)) from problem
    _tell(out, counts, tables, lines)
    if parsed.report:
        _report(parsed.report, lines)
    return 1 if counts["refused"] else 0


def _company(slug: str) -> Company:
    company = Company.objects.filter(slug=slug).first()
    if company is None:
        raise Refused(_t("There is no company “%(name)s”.") % {"name": slug})
    return company


def _member(email: str) -> Member:
    member = Member.objects.filter(user__email__iexact=email).first()
    if member is None or not member.may_work:
        raise Refused(_t("Nobody with the e-mail %(email)s works in this company.") % {"email": email})
    return member


def _wanted(name: str) -> dict[str, str]:
    if maps.find(name) is not None:
        return {"map": name}
    if any(one.name == name and one.exchange for one in records.every()):
        return {"record_type": name}
    known = [one.name for one in records.every() if one.exchange] + [one.name for one in maps.every()]
    sentence = _t("“%(name)s” cannot be imported. Choose one of: %(known)s.")
    raise Refused(sentence % {"name": name, "known": ", ".join(known)})


Found = tuple[dict[str, int], dict[str, dict[str, int]], list[ImportLine]]


def _begin(file: Path, wanted: dict[str, Any], member: Member) -> Import:
    if not file.exists():
        raise Refused(_t("There is no file %(name)s.") % {"name": file})
    name = intake.take(file)
    made = imports.upload(
        actor=member,
        file=name,
        name=file.name,
        **wanted,
    )
    record: Import = made.record
    return record


def _tried(file: Path, wanted: dict[str, str], member: Member) -> Found:
    record = _begin(file, wanted, member)
    try:
        counts, lines = rehearse(record, as_actor(member), None)
    finally:
        store.remove(record.file)
    return counts, {}, lines


def _brought(company: Company, file: Path, wanted: dict[str, str], email: str, out: TextIO) -> Found:
    with company_scope(company):
        member = _member(email)
        record = _begin(file, wanted, member)
        imports.run(record, actor=member)
    runner, more = Runner(record.pk), True
    while more:
        with company_scope(company):
            more = runner.advance()
            _draw(out, Progress.objects.get(import_record=record).rows, record.rows)
    with company_scope(company):
        record = Import.objects.get(pk=record.pk)
        lines = list(ImportLine.objects.filter(import_record=record).order_by("id"))
        if record.state == "failed":
            raise Refused(record.reason)
    return {name: getattr(record, name) for name in COUNTS}, record.by_table, lines


def _draw(out: TextIO, done: int, rows: int) -> None:
    if out.isatty():
        out.write(f"\r{done:,} / {rows:,}")
        out.flush()


def _tell(out: TextIO, counts: dict[str, int], tables: dict[str, dict[str, int]], lines: Iterable[ImportLine]) -> None:
    if out.isatty():
        out.write("\r")
    for line in lines:
        said = line.sentence or f"{line.old!r} → {line.new!r}"
        if line.kind == Kind.DUPLICATE and line.old:
            said = f"{line.old} ({line.sentence})"
        out.write(f"{line.table}:{line.line}: {line.kind}: {line.field}: {said}\n")
    for name, own in [*tables.items(), ("", counts)]:
        words = ", ".join(f"{own[what]:,} {what}" for what in COUNTS if what != "waiting" or counts[what])
        out.write(f"{name}: {words}\n" if name else f"{words}\n")


def _report(path: Path, lines: Iterable[ImportLine]) -> None:
    rows = (
        [line.table, str(line.line), line.kind, line.field, line.sentence, line.old, line.new, " | ".join(line.raw)]
        for line in lines
    )
    export.write_csv(path, [list(HEAD), *([guarded(cell) for cell in row] for row in rows)])


def export_csv(parsed: argparse.Namespace) -> int:
    """`gucang export COMPANY RECORD FILE --as EMAIL`: everything that this member may see of a record type."""
    with company_scope(_company(parsed.company)):
        member = _member(parsed.member)
        try:
            record_type = records.get(parsed.record)
        except LookupError:
            raise Refused(_t("There is nothing called “%(name)s” to export.") % {"name": parsed.record}) from None
        try:
            record = exports.create(actor=member, record_type=record_type.name).record
        except NeedsApproval as waiting:  # what was parked stays; the file waits in the program once all have agreed
            sys.stdout.write(f"{waiting}\n")
            return 0
        chosen = export.Extract.parse(record_type, as_actor(member), "", ",".join(record.columns))
        export.write_csv(parsed.file, export.rows(chosen))
        if record.state != "done":
            exports.finish(record, actor=system(), file="", rows=record.rows)
    sys.stdout.write(f"{record.rows:,} → {parsed.file}\n")
    return 0
