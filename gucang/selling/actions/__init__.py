"""What may be done with pipelines, deals and leads."""

from gucang.selling.actions import leads, opportunities, pipelines

__all__ = ["leads", "opportunities", "pipelines"]
