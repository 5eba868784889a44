"""Every page, by the person who opens it; within a person in the order of the walk."""

from tests.journeys.pages.counselors import COUNSELORS
from tests.journeys.pages.operators import OPERATORS
from tests.journeys.pages.page import Page
from tests.journeys.pages.registrars import REGISTRARS
from tests.journeys.pages.students import STUDENTS
from tests.journeys.pages.visitors import VISITORS

PAGES: list[Page] = [*VISITORS, *STUDENTS, *REGISTRARS, *COUNSELORS, *OPERATORS]
