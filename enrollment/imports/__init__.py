"""Registry files from the upload to the publication."""
