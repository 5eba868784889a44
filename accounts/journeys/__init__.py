"""Services of the account's life, a module for each journey."""
