"""E-mail: SMTP transport, rate limits for each domain, bounces."""
