"""The registry: institutions, classes, records, photos, import, status page."""
