"""Second factors and passkeys that attackers want to lack, to copy or to break."""
