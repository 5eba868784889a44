"""Why a record is not found (为什么查不到)."""
