"""Tax numbers (纳税人识别号) as buyers write them on invoices. Pure."""

from __future__ import annotations

import re
import unicodedata

from django.utils.translation import gettext as _t

from gucang.kernel.text import BadText, check_credit_code

# Before the credit code: 15 characters of an organisation; 20 of somebody who traded under an identity card.
_OLD = re.compile(r"[0-9A-Z]{15}|[0-9A-Z]{20}")


class BadTaxNumber(ValueError):
    """It is no tax number; the message is a sentence."""


def check_tax_number(raw: str) -> str:
    """The number in its one spelling. Of 18 characters it is the credit code (GB 32100-2015), whose check digit counts.

    Raises BadTaxNumber.
    """
    text = re.sub(r"[\s-]", "", unicodedata.normalize("NFKC", raw)).upper()
    if len(text) == 18:
        try:
            return check_credit_code(text)
        except BadText as problem:
            raise BadTaxNumber(str(problem)) from None
    if not _OLD.fullmatch(text):
        raise BadTaxNumber(
            _t("“%(text)s” is no tax number: it has 18 characters, old ones 15 or 20.") % {"text": text[:30]}
        )
    return text
