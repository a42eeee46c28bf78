"""The letter about a step of a case as a file, for the office to post and for the company to keep."""

from io import BytesIO
from uuid import UUID

from flask import Response, send_file

from om_selfcheck.extensions import db
from om_selfcheck.pdf import documents as pdf
from om_selfcheck.services import case_letters
from om_selfcheck.web.public.pages import operator_text
from om_selfcheck.web.surroundings import printed_address, settings


def send_letter(audit_id: UUID, step_id: UUID) -> Response:
    posted = case_letters.get_letter(db.session, audit_id=audit_id, step_id=step_id)
    db.session.rollback()  # nobody waits for a PDF
    details = posted.details
    content = pdf.render_audit_letter(
        pdf.AuditLetter(
            letter=posted.letter,
            company_name=details.company_name,
            signatory_name=details.signatory_name,
            street=details.street,
            postal_code=details.postal_code,
            city=details.city,
            lost_link=printed_address("public.lost_link") if posted.has_confirmed_address else "",
            imprint=printed_address("public.imprint"),
            answer_to=next(iter(operator_text("imprint", posted.language)), ""),
        ),
        "en" if posted.language == "en" else "de",
        operator_name=settings().operator_name,
    )
    name = f"{posted.letter.number}-{posted.letter.occasion}.pdf"
    response = send_file(BytesIO(content), mimetype="application/pdf", as_attachment=False, download_name=name)
    response.headers["Cache-Control"] = "no-store"
    return response
