"""Privacy: access of staff to personal data, and what its owner can see and export."""
