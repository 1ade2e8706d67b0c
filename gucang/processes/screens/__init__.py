"""Pages that the generic ones cannot express."""

from gucang.processes.screens import cases, exports, logs, models

__all__ = ["cases", "exports", "logs", "models"]
