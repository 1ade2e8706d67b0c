"""`gucang judge-cases`: what the night does, now."""

from __future__ import annotations

import argparse
import sys

from django.utils.translation import gettext as _t

from gucang.conformance import night
from gucang.kernel.errors import Refused
from gucang.kernel.models import Company
from gucang.kernel.scope import company_scope


def judge_cases(parsed: argparse.Namespace) -> int:
    """`gucang judge-cases COMPANY [--anew]`: judge the cases with news; with `anew` look at each of them again."""
    company = Company.objects.filter(slug=parsed.company).first()
    if company is None:
        raise Refused(_t("There is no company “%(name)s”.") % {"name": parsed.company})
    with company_scope(company):
        found = night.case_types()
        for case_type in found if parsed.anew else ():
            night.forget(case_type)
    for case_type in found:
        count = night.run(company.pk, case_type)
        sys.stdout.write(f"{case_type}: {count:,}\n")
    return 0
