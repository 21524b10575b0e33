"""Rules on identifiers: URNs of PACT, business partner numbers, country codes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from services.footprints.domain.findings.finding import Severity, shortened
from services.footprints.domain.findings.iso_3166 import ASSIGNED, is_user_assigned
from services.footprints.domain.findings.rule import Breach, Evidence, Source, breach, catenax, pact, rule
from services.footprints.domain.terms import GeographyLevel

COMPANY_IDS, PRODUCT_IDS, CLASSIFICATIONS = "/companyIds", "/productIds", "/productClassifications"
COUNTRY, SUBDIVISION = "/pcf/geographyCountry", "/pcf/geographyCountrySubdivision"
CX_0010: Final = Source("Catena-X CX-0010", "business partner number, check characters (rule 15)")

_PACT: Final = "urn:pact:"
_ISSUED: Final = re.compile(r"urn:pact:[^:]+\.[^:]+:[^:]+:.+", re.IGNORECASE | re.DOTALL)
_CUSTOM_CODE: Final = re.compile(
    r"urn:pact:company:customcode:(buyer-id|supplier-id|buyer-assigned|vendor-assigned):.+", re.IGNORECASE | re.DOTALL
)
_CLASSIFICATION: Final = re.compile(r"urn:pact:productclassification:[^:]+:.+", re.IGNORECASE | re.DOTALL)
_PARTNER_URN: Final = re.compile(r"urn:(?:bpn:(?:id:)?)?(BPN.*)", re.IGNORECASE | re.DOTALL)
_PARTNER_NUMBER: Final = re.compile(r"BPN[LSA][A-Z0-9]{12}")
_CHECK_MODULUS: Final = 1271
_LEGACY_LENGTH: Final = 12
"""Characters that the check of a number from before July 2024 covers; today it covers all 16."""


@rule(Severity.WARNING, pact("identifiers of companies and products"), COMPANY_IDS, PRODUCT_IDS, CLASSIFICATIONS)
def pact_urn_without_issuer(evidence: Evidence) -> Iterator[Breach]:
    """Hold that a URN under urn:pact: names its issuer's domain, or is a custom code or a classification."""
    for field, urn in _urns(evidence):
        is_pact = urn.lower().startswith(_PACT)
        if is_pact and not any(form.fullmatch(urn) for form in (_ISSUED, _CUSTOM_CODE, _CLASSIFICATION)):
            yield breach(field, shortened(urn))


@rule(Severity.ERROR, catenax("companyIds; CX-0010 (rule 15)"), COMPANY_IDS)
def partner_number_malformed(evidence: Evidence) -> Iterator[Breach]:
    """Hold that a business partner number has BPN, one of L, S, A, and twelve capitals or digits."""
    for field, number in _partner_numbers(evidence):
        if _PARTNER_NUMBER.fullmatch(number) is None:
            yield breach(field, shortened(number))


@rule(Severity.WARNING, CX_0010, COMPANY_IDS)
def partner_number_check_fails(evidence: Evidence) -> Iterator[Breach]:
    """Hold that the check characters of a partner number fit, by the present rule or the one before July 2024."""
    for field, number in _partner_numbers(evidence):
        if _PARTNER_NUMBER.fullmatch(number) is not None and not check_characters_fit(number):
            yield breach(field, number)


@rule(Severity.WARNING, Source("ISO 3166-1:2020", "assigned alpha-2 codes (Catena-X rule 9)"), COUNTRY, SUBDIVISION)
def country_code_unassigned(evidence: Evidence) -> Iterator[Breach]:
    """Hold that a country code, and the first part of a subdivision code, is assigned to a country."""
    geography = evidence.carbon.geography
    fields = {GeographyLevel.COUNTRY: COUNTRY, GeographyLevel.SUBDIVISION: SUBDIVISION}
    field, country = fields.get(geography.level), geography.code[:2]
    if field is not None and country not in ASSIGNED and not is_user_assigned(country):
        yield breach(field, geography.code, country=country)


def check_characters_fit(number: str) -> bool:
    """Check a well-formed number: ISO 7064, MOD 1271-36, over all characters or, in old numbers, the last twelve."""
    return any(int(text, 36) % _CHECK_MODULUS == 1 for text in (number, number[-_LEGACY_LENGTH:]))


def _urns(evidence: Evidence) -> Iterator[tuple[str, str]]:
    submission = evidence.submission
    lists = {
        COMPANY_IDS: submission.company_ids,
        PRODUCT_IDS: submission.product_ids,
        CLASSIFICATIONS: submission.product_classifications,
    }
    for field, urns in lists.items():
        for index, urn in enumerate(urns):
            yield f"{field}/{index}", urn


def _partner_numbers(evidence: Evidence) -> Iterator[tuple[str, str]]:
    for index, urn in enumerate(evidence.submission.company_ids):
        found = _PARTNER_URN.fullmatch(urn)
        if found is not None:
            yield f"{COMPANY_IDS}/{index}", found[1]


RULES: Final = (
    pact_urn_without_issuer,
    partner_number_malformed,
    partner_number_check_fails,
    country_code_unassigned,
)
