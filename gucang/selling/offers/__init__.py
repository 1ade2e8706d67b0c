"""A quote in the hands of the customer: the page behind a link, and what they answer there."""
