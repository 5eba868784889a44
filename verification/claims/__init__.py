"""Claims: proving to be the person of a record, and the alerts that follow."""
