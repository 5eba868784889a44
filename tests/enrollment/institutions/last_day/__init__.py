"""Deputies: counselors with a last day, whose office ends by itself."""
