"""Everything that changes follow-ups, tasks, coaching and attachments."""

from gucang.activity.actions import attachments, coaching, follow_ups, tasks

__all__ = ["attachments", "coaching", "follow_ups", "tasks"]
