"""Consent to the privacy notices (PIPL articles 14, 17, 29, 30): their texts, who agreed, when."""
