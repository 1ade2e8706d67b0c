"""What may be done with pipelines, deals, quotes and leads."""

from gucang.selling.actions import leads, opportunities, pipelines, quotes

__all__ = ["leads", "opportunities", "pipelines", "quotes"]
