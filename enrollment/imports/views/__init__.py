"""Pages and addresses of the import."""
