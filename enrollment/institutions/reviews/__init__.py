"""What an account did to other people's roles before its owner took it back, for review."""
