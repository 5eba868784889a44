"""A demonstration school in the third week of its check, with a person for every role and state."""
