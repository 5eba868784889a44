"""The pages on which auditors read the trail and the sign-ins."""
