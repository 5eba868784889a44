"""Settings of the portal, a module a subject, everything variable from the environment.

Development is the default. ``PRODUCTION=yes`` demands every secret and turns
all the cautious defaults on; see the configuration table in the README.
"""

from xuejiportal.settings.applications import *
from xuejiportal.settings.base import *
from xuejiportal.settings.files import *
from xuejiportal.settings.logs import *
from xuejiportal.settings.messages import *
from xuejiportal.settings.rules import *
from xuejiportal.settings.security import *
from xuejiportal.settings.sign_in import *
from xuejiportal.settings.tasks import *
