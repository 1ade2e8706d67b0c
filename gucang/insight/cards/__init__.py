"""The home pages, card by card: what to do, in order. Every number opens the list behind it."""
