"""The page on which students read their own record."""
