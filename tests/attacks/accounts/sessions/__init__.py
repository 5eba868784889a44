"""Sessions that are planted, kept, copied, or made to carry somebody else's form."""
