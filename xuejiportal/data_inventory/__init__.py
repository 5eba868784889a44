"""The inventory of personal data: what is kept, why, how protected, how long, who sees it."""
