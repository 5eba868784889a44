"""How the portal is watched: its health, its metrics, and what "manage.py doctor" examines."""
