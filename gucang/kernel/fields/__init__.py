"""Fields: what they are (`spec`), how values become clean (`values`), where they are declared (`declared`)."""

from gucang.kernel.fields.declared import Among, Money, Text, spec_of, specs_of_signature
from gucang.kernel.fields.own import Own, ShowIf
from gucang.kernel.fields.spec import KINDS, FieldSpec, LiveChoices
from gucang.kernel.fields.values import LONGTEXT_MAX, BadValue, to_json

__all__ = [
    "KINDS",
    "LONGTEXT_MAX",
    "Among",
    "BadValue",
    "FieldSpec",
    "LiveChoices",
    "Money",
    "Own",
    "ShowIf",
    "Text",
    "spec_of",
    "specs_of_signature",
    "to_json",
]
