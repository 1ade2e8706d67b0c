"""Rows become records: batch by batch, each row once, every refusal and repair told."""

from gucang.exchange.engine.plan import Draft, Plan, Step, Work, plan_of
from gucang.exchange.engine.run import BATCH, Runner, rehearse

__all__ = ["BATCH", "Draft", "Plan", "Runner", "Step", "Work", "plan_of", "rehearse"]
