"""A bare Django over the same tables: no sign-in, no rights, no log: the floor."""
