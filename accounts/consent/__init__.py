"""Consent to the privacy notices (PIPL articles 14, 17, 29, 30): texts, and who agreed when."""
