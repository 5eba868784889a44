"""From a report to the corrected record: at once, or through the province."""
