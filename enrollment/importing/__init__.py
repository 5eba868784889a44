"""From a registrar's file to the registry: read, check, stage, compare, publish."""
