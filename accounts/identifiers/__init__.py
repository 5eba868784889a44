"""What people type to name an account: phone number, e-mail address, username."""
