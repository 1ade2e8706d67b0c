"""What may be done with pipelines, deals, quotes and leads."""

from gucang.selling.actions import leads, links, opportunities, pipelines, quotes

__all__ = ["leads", "links", "opportunities", "pipelines", "quotes"]
