"""The names of topics and facts, and how they are said in a sentence."""

from __future__ import annotations

TOPICS = (
    "law_enforcement",
    "ai_training",
    "data_collection",
    "data_sharing",
    "ads_tracking",
    "retention_deletion",
    "user_rights",
    "security",
    "content_licence",
    "conduct_moderation",
    "account_enforcement",
    "disputes",
    "liability",
    "payments",
    "minors_eligibility",
    "entity_transfers",
    "terms_change",
    "service_other",
)
FACTS = (
    "legal_basis",
    "suspicion_scope",
    "certainty",
    "data_element",
    "recipient",
    "modality",
    "promise",
    "condition",
    "consent",
    "user_notice",
    "provider_review",
    "transparency_report",
    "report_period",
    "number",
    "amount",
    "age",
    "duration",
    "effective_date",
    "history_claim",
    "party",
    "place",
)
_SAID = {
    "ads_tracking": "ads and tracking",
    "ai_training": "AI and training",
    "conduct_moderation": "conduct and moderation",
    "content_licence": "content and licences",
    "entity_transfers": "companies and transfers",
    "minors_eligibility": "age and minors",
    "retention_deletion": "retention and deletion",
    "service_other": "the service",
    "terms_change": "changes of terms",
    "user_rights": "rights of users",
}


def said(name: str) -> str:
    """Gives the name of a topic or fact as it is said in a sentence."""
    return _SAID.get(name, name.replace("_", " "))
