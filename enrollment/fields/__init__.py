"""The fields of a record: what columns are called and what their cells may hold."""
