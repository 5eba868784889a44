"""The operator's pages: is the portal well, what is not, what to do, and the lists behind it."""
