"""Process mining over plain values: trees, nets, alignments, hand-offs. Knows neither Django nor a database."""
