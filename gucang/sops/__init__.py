"""How work goes by the book: processes (SOP) as living objects, with versions, readers and the next step."""
