"""A company that is reminded by mail, and the address behind the link in its mails."""

from dataclasses import replace
from uuid import UUID

from flask import Flask
from sqlalchemy import select

from om_selfcheck.domain.message import MessageKind
from om_selfcheck.extensions import db
from om_selfcheck.services.unsubscribing import sign_recipient
from om_selfcheck.store.models import Assessment, Company
from tests.mail.golden import make_claimed

RENEWAL = make_claimed(MessageKind.RENEWAL)


def make_unsubscribe_link(app: Flask, assessment_id: str) -> str:
    """Let a round's company be reminded and return the signed part of the link that ends it."""
    with app.app_context():
        joined = select(Company).join(Assessment).where(Assessment.id == UUID(assessment_id))
        company = db.session.scalars(joined).one()
        company.name, company.reminder, company.confirmed_email = "Malerei Alma", "email", RENEWAL.address
        db.session.commit()
        return sign_recipient(replace(RENEWAL, company_id=company.id), app.extensions["om_settings"].secret_key)
