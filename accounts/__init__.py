"""Who you are to the portal: user, roles, sign-up, sign-in, recovery, contacts."""
