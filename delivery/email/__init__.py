"""E-mail: handed over by SMTP, paced by domain, bounces taken in."""
