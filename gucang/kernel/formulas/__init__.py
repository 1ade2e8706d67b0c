"""The language of formula fields: `如果([年采购额] >= 100万, "大户", "一般")`, exact and bounded.

`compile_formula` turns a text into a function of a record's values. Numbers are Decimal. A blank in arithmetic or in a
comparison gives a blank, so that nothing is worked out from what nobody has filled in; so does a division by zero.
SUM, MIN, MAX and CONCAT pass over blanks, `&` takes them as no text, and a blank condition is not met.
"""

from gucang.kernel.formulas.compiling import Formula, compile_formula, stored_text, worded
from gucang.kernel.formulas.functions import FUNCTIONS
from gucang.kernel.formulas.parsing import MAX_DEPTH, MAX_LENGTH, MAX_PARTS, BadFormula
from gucang.kernel.formulas.types import Input, Kind

__all__ = [
    "FUNCTIONS",
    "MAX_DEPTH",
    "MAX_LENGTH",
    "MAX_PARTS",
    "BadFormula",
    "Formula",
    "Input",
    "Kind",
    "compile_formula",
    "stored_text",
    "worded",
]
