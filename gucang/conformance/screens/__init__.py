"""Pages about cases: how processes go, the map, lists of cases, one case."""
