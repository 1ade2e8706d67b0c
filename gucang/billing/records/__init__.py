"""Money as people see it, declared once; and what the built-in roles may do with it."""

from __future__ import annotations

from gucang.accounts import roles
from gucang.activity import subjects
from gucang.billing.records.money import instalment, invoice, payment, receivable
from gucang.billing.records.setup import credit_terms, dunning_step, payment_terms
from gucang.kernel.actors import Reach
from gucang.kernel.records import RecordType

subjects.allow("receivable", "payment")

_MONEY = (receivable, instalment, payment, invoice)
_SETUP = (payment_terms, dunning_step, credit_terms)
_SEEN = tuple(f"{kind.name}.view" for kind in (*_MONEY, credit_terms))


def _everything(*kinds: RecordType) -> dict[str, Reach]:
    found: dict[str, Reach] = {}
    for kind in kinds:
        verbs = (f"{kind.name}.{verb}" for verb in ("view", *kind.verbs))
        found |= dict.fromkeys(verbs, Reach.COMPANY)
        if kind.exchange:
            found |= {f"{kind.name}.export": Reach.COMPANY}
            if kind.create:
                found |= {f"{kind.name}.import": Reach.COMPANY}
    return found


roles.grant("finance", _everything(*_MONEY, *_SETUP))
# Who sells sees what the own customers owe, and may write down what they promise.
roles.grant("salesperson", dict.fromkeys((*_SEEN, "receivable.note_promise"), Reach.OWN))
roles.grant("sales_manager", dict.fromkeys((*_SEEN, "receivable.note_promise", "receivable.export"), Reach.TREE))
roles.grant_all({"payment_terms.view": Reach.COMPANY})

__all__ = ["credit_terms", "dunning_step", "instalment", "invoice", "payment", "payment_terms", "receivable"]
