-- Two database roles: the owner changes tables (migrate), the application only rows.
-- With the application's role nobody can rewrite the audit trail or switch its guards off.
--
--   sudo -u postgres psql -v owner=portal_owner -v app=portal -v db=portal -f deploy/roles.sql
--   sudo -u postgres psql -c "\\password portal_owner" -c "\\password portal"
--
-- Then, with DATABASE_URL of the owner, at the first start and after every upgrade:
--   manage.py migrate && manage.py grant_privileges portal
-- Web, workers and beat run with DATABASE_URL of the application.
CREATE ROLE :"owner" LOGIN;
CREATE ROLE :"app" LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS;
CREATE DATABASE :"db" OWNER :"owner";
ALTER ROLE :"app" IN DATABASE :"db" SET search_path = public, portal_staging;
\connect :"db"
CREATE EXTENSION IF NOT EXISTS pg_trgm;
ALTER SCHEMA public OWNER TO :"owner";
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO :"app";
