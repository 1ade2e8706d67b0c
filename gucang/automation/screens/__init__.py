"""The screens of automations: all of them, one to look at and change, its log, and its dry run."""
