"""Lines of the sign-in log are changed by nobody but the owner of the table.

The application's role (deploy/roles.sql) writes them, forgets a deleted account in them, and
deletes them when their half year is over; it may do nothing else with them (ASVS 16.4.2).
"""

from django.db import migrations

REFUSE = """
CREATE FUNCTION accounts_keep_sign_in_line() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_user = (SELECT pg_get_userbyid(relowner) FROM pg_class WHERE oid = TG_RELID) THEN
        RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
    END IF;
    IF TG_OP = 'DELETE' THEN
        IF OLD.at < statement_timestamp() - interval '183 days' THEN
            RETURN OLD;
        END IF;
    ELSIF NEW.account_id IS NULL AND NEW.user_agent IN ('', OLD.user_agent)
        AND NEW.network IN ('', OLD.network)
        AND (NEW.person_hash = OLD.person_hash OR OLD.person_hash = '')
        AND (NEW.id, NEW.key, NEW.kind, NEW.at, NEW.source_sealed, NEW.source_hash, NEW.page)
          = (OLD.id, OLD.key, OLD.kind, OLD.at, OLD.source_sealed, OLD.source_hash, OLD.page)
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'the log of sign-ins is append-only' USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON accounts_securityevent
    FOR EACH ROW EXECUTE FUNCTION accounts_keep_sign_in_line();
"""
ALLOW = """
DROP TRIGGER append_only ON accounts_securityevent;
DROP FUNCTION accounts_keep_sign_in_line();
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0022_kinds_of_proof")]
    operations = [migrations.RunSQL(REFUSE, ALLOW)]
