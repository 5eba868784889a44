"""Assignment of the columns of a file to fields, by a registrar."""
