"""Pipelines with their stages, opportunities, leads; quotes with their lines."""

from gucang.documents.models import Currency
from gucang.selling.models.deals import (
    REQUIRABLE,
    Lead,
    LeadStatus,
    LossReason,
    Opportunity,
    Pipeline,
    Stage,
    StageChange,
    StageKind,
    StageTotal,
)
from gucang.selling.models.links import QuoteLink
from gucang.selling.models.quotes import Quote, QuoteLine, QuoteState

__all__ = [
    "REQUIRABLE",
    "Currency",
    "Lead",
    "LeadStatus",
    "LossReason",
    "Opportunity",
    "Pipeline",
    "Quote",
    "QuoteLine",
    "QuoteLink",
    "QuoteState",
    "Stage",
    "StageChange",
    "StageKind",
    "StageTotal",
]
