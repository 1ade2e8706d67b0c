"""The screens of what is written about records, and of the files that hang on them."""

from gucang.activity.screens import entries, files

__all__ = ["entries", "files"]
