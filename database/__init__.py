"""What PostgreSQL offers beyond Django's ORM, for every app: advisory locks, its clock."""
