"""Pages that the generic ones cannot express."""

from gucang.processes.screens import cases, logs, models

__all__ = ["cases", "logs", "models"]
