"""What becomes of personal data: who takes it, why, and how its owner learns of it."""
