"""The parts of a score and the rules by number, as compiled code counts them."""

from services.matching.domain.parts import Part
from services.matching.domain.program import OrganizationRule
from services.matching.engine.tables import ORGANIZATION_RULES

PARTS = len(Part)
SKILLS, GOALS, AVAILABILITY, LANGUAGES, SENIORITY, INDUSTRY, ORGANIZATION, MET, PREFERENCE = range(PARTS)

REQUIRED = ORGANIZATION_RULES.index(OrganizationRule.REQUIRED)
PREFERRED = ORGANIZATION_RULES.index(OrganizationRule.PREFERRED)
AVOIDED = ORGANIZATION_RULES.index(OrganizationRule.AVOIDED)
NOT_THE_SAME = ORGANIZATION_RULES.index(OrganizationRule.FORBIDDEN)
