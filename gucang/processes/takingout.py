"""An extract of the own log becomes a file, with the rights that whoever asked for it has while it is written."""

from __future__ import annotations

from functools import partial

from django.utils.translation import gettext as _t

from gucang.exchange import store
from gucang.kernel.actors import as_actor, system
from gucang.kernel.errors import Problem
from gucang.kernel.scope import company_scope, deriving
from gucang.processes import exporting
from gucang.processes.actions import exports
from gucang.processes.extracts import Extract
from gucang.processes.models import ExportState, LogExport, LogExportProgress


def write(company: int, export_id: int) -> None:
    """Write the file of an extract. May be run again after having been killed: it begins anew."""
    with company_scope(company):
        record = LogExport.objects.filter(pk=export_id, state=ExportState.WRITING).select_related("owner").first()
        if record is None:
            return
        try:
            extract = _extract(record)
        except Problem as problem:
            exports.fail(record, actor=system(), reason=str(problem)[:500])
            return
        _begin(export_id, extract.count(cases=exporting.has_cases(record.form)))
        file = store.new_name()
        path = store.path_of(file)
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        written = exporting.export(
            extract, path, record.form, scope=partial(company_scope, company), note=partial(_note, export_id)
        )
        store.settle(path)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    with company_scope(company):
        record = LogExport.objects.get(pk=export_id)
        exports.finish(record, actor=system(), file=file, events=written.events, objects=written.objects)


def _extract(record: LogExport) -> Extract:
    if record.owner is None or not record.owner.may_work:
        raise Problem(_t("Whoever asked for it does not work here any more."))
    return Extract.of(as_actor(record.owner), record.types, record.since, record.until, record.created_at)


def _begin(export_id: int, total: int) -> None:
    with deriving("processes"):
        LogExportProgress.objects.update_or_create(log_export_id=export_id, defaults={"done": 0, "total": total})


def _note(export_id: int, done: int) -> None:
    with deriving("processes"):
        LogExportProgress.objects.filter(log_export_id=export_id).update(done=done)
