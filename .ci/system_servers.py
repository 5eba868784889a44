"""Print DATABASE_URL and REDIS_URL of the servers on 127.0.0.1, or fail.

PostgreSQL must let the current account create a database; Redis must answer.
"""

import getpass
import sys

import psycopg
import redis

DATABASE = "xuejiportal_ci"
REDIS_URL = "redis://127.0.0.1:6379/15"


def main() -> int:
    """Exit status 1 when either server does not answer or is too old."""
    address = f"postgresql://{getpass.getuser()}@127.0.0.1:5432"
    try:
        redis.Redis.from_url(REDIS_URL, socket_connect_timeout=2).ping()
        with psycopg.connect(f"{address}/postgres", autocommit=True, connect_timeout=2) as server:
            if server.info.server_version < 150000:
                return 1
            if not server.execute(
                "SELECT FROM pg_database WHERE datname = %s", [DATABASE]
            ).fetchall():
                server.execute(f"CREATE DATABASE {DATABASE}")
    except (psycopg.Error, redis.RedisError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write(f"DATABASE_URL={address}/{DATABASE}\nREDIS_URL={REDIS_URL}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
