"""What the command line does with logs: another program's in and out again, and the company's own out."""

from __future__ import annotations

import argparse
import shutil
import sys

from django.utils.translation import gettext as _t

from gucang.accounts.models import Member
from gucang.exchange import store
from gucang.kernel.actors import as_actor
from gucang.kernel.errors import Invalid, Refused
from gucang.kernel.models import Company
from gucang.kernel.scope import company_scope
from gucang.processes import bringing, exporting, writing
from gucang.processes.actions import logs
from gucang.processes.extracts import Extract
from gucang.processes.models import OutsideLog, State


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


def import_log(parsed: argparse.Namespace) -> int:
    """`gucang import-log COMPANY NAME FILE --as EMAIL`: bring in a log under a name. Returns 1 when it was refused."""
    company = _company(parsed.company)
    if not parsed.file.is_file():
        raise Refused(_t("There is no file %(name)s.") % {"name": parsed.file})
    with company_scope(company):
        file = store.new_name()
        target = store.path_of(file)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(parsed.file, target)
        about = {"file_name": parsed.file.name, "activity": parsed.activity, "case_type": parsed.cases}
        try:
            log = logs.upload(actor=_member(parsed.member), name=parsed.name, file=file, **about).record
        except Invalid as problem:
            store.remove(file)
            raise Refused(str(problem)) from problem
        except Exception:
            store.remove(file)
            raise
    bringing.bring(company.pk, log.pk)
    with company_scope(company):
        log = OutsideLog.objects.get(pk=log.pk)
    if log.state != State.READY:
        sys.stderr.write(f"{log.reason}\n")
        return 1
    sys.stdout.write(f"{log.name}: {log.cases:,} cases, {log.events:,} events, {log.variants:,} variants\n")
    return 0


def export_log(parsed: argparse.Namespace) -> int:
    """`gucang export-log COMPANY FILE --as EMAIL [--name NAME | --types TYPES --since DAY --until DAY]`.

    A log under a name, or an extract of the own one.
    """
    known = sorted(exporting.FORMATS, key=len, reverse=True)
    form = next((one for one in known if parsed.file.name.endswith(one)), "")
    with company_scope(_company(parsed.company)):
        member = _member(parsed.member)
        if parsed.name:
            count = _export_outside(parsed, member, form)
        else:
            try:
                wanted = {one.strip() for one in parsed.types.split(",")} - {""}
                extract = Extract.of(as_actor(member), wanted, parsed.since, parsed.until)
                count = exporting.export(extract, parsed.file, form).events
            except Invalid as problem:
                raise Refused(str(problem)) from problem
    sys.stdout.write(f"{count:,} → {parsed.file}\n")
    return 0


def _export_outside(parsed: argparse.Namespace, member: Member, form: str) -> int:
    from gucang.kernel import records

    log = records.get("outside_log").query(as_actor(member)).filter(name=parsed.name, state=State.READY).first()
    if log is None:
        raise Refused(_t("There is no outside log “%(name)s”.") % {"name": parsed.name})
    if form != ".xes.gz":
        raise Refused(_t("An outside log is written as gzipped XES: let the file's name end with .xes.gz."))
    with parsed.file.open("wb") as out:
        writing.write_gzipped(out, log)
    return int(log.events)
