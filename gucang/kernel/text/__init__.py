"""Text as people type it: search grams, pinyin, phone numbers, codes, clean text, dates and amounts.

Pure functions without database or company. What cannot be used raises ``BadText``, whose ``str()`` is a
sentence for the person who typed.
"""

from __future__ import annotations

from gucang.kernel.text.cleaning import (
    BadAmount,
    BadDate,
    TooLong,
    clean_text,
    halfwidth,
    halfwidth_digits,
    parse_amount,
    parse_date,
)
from gucang.kernel.text.codes import BadCode, NumberPattern, check_credit_code, make_credit_code
from gucang.kernel.text.errors import BadText
from gucang.kernel.text.grams import document_grams, mark, matches, query_grams, rank
from gucang.kernel.text.homophones import spelt, spelt_nearly
from gucang.kernel.text.phones import (
    BadPhone,
    Phone,
    mask_email,
    mask_name,
    mask_phone,
    mask_text,
    normalise_phone,
    split_phones,
)
from gucang.kernel.text.pinyin import initials, pinyin_key, readings, spelling

__all__ = [
    "BadAmount",
    "BadCode",
    "BadDate",
    "BadPhone",
    "BadText",
    "NumberPattern",
    "Phone",
    "TooLong",
    "check_credit_code",
    "clean_text",
    "document_grams",
    "halfwidth",
    "halfwidth_digits",
    "initials",
    "make_credit_code",
    "mark",
    "mask_email",
    "mask_name",
    "mask_phone",
    "mask_text",
    "matches",
    "normalise_phone",
    "parse_amount",
    "parse_date",
    "pinyin_key",
    "query_grams",
    "rank",
    "readings",
    "spelling",
    "spelt",
    "spelt_nearly",
    "split_phones",
]
