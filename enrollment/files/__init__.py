"""Read uploaded files and write downloads."""
