"""How work goes by the book, and how it really went: event logs, models, conformance."""
