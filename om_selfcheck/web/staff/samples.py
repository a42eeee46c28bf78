"""Samples: drawing one, and what was drawn, which can be drawn again."""

import re
from uuid import UUID

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import Form, StringField

from om_selfcheck import clock
from om_selfcheck.domain.access import Office
from om_selfcheck.domain.sampling import SAMPLE_AT_MOST, SEED_LENGTH, Frame, is_seed
from om_selfcheck.extensions import begin_reading, begin_writing, db
from om_selfcheck.i18n.translation import current_language
from om_selfcheck.i18n.translation import gettext as _
from om_selfcheck.services import samples
from om_selfcheck.services.samples import FrameEmpty, FrameNotOver, Sample
from om_selfcheck.web.access import look_again, require_person
from om_selfcheck.web.inputs import NOT_OFFERED, day_field, find_faults, line_field, read_day
from om_selfcheck.web.sessions import commit
from om_selfcheck.web.staff.blueprint import bp
from om_selfcheck.web.staff.network_field import read_network, suggest_networks
from om_selfcheck.web.surroundings import catalogue

UNPROCESSABLE = 422
SLUG_LENGTH = 40
_SIZE = re.compile(r"[0-9]{1,3}")


class SampleForm(Form):  # type: ignore[misc]  # WTForms ships no types
    on = day_field()
    size: StringField = line_field()
    seed: StringField = line_field(SEED_LENGTH)
    check = line_field(SLUG_LENGTH)
    network = line_field()


@bp.get("/samples", endpoint="samples")
@require_person(Office.OVERSEE)
def list_all() -> ResponseReturnValue:
    return _render(SampleForm(), {})


@bp.post("/samples")
@require_person(Office.OVERSEE_FRESH)
def draw_sample() -> ResponseReturnValue:
    """Draw and begin the cases; what is wrong with the form is named."""
    form = SampleForm(request.form)
    problems = find_faults(form)
    network = read_network(form.network, problems)
    problems = _find_gaps(form) | problems
    if problems:
        return _render(form, problems), UNPROCESSABLE
    try:
        sample_id = _start(form, network.slug if network else "")
    except FrameNotOver:
        return _render(
            form, {"on": _("Bitte einen Tag wählen, der vorbei ist; nur an ihm ändert sich nichts mehr.")}
        ), UNPROCESSABLE
    except FrameEmpty:
        return _render(form, {"on": _("An diesem Tag galt dazu keine Selbsterklärung.")}), UNPROCESSABLE
    commit()
    return redirect(url_for("staff.sample", sample_id=sample_id), 303)


@bp.get("/samples/<uuid:sample_id>")
@require_person(Office.OVERSEE)
def sample(sample_id: UUID) -> ResponseReturnValue:
    """Show a sample; asked to, draw it once more and say whether the same comes out."""
    found, today = samples.get_sample(db.session, sample_id=sample_id), clock.today()
    again = None
    if "again" in request.args:
        again = samples.draw(db.session, frame=found.frame, size=found.size, seed=found.seed, today=today)
    return render_template(
        "staff/sample.html",
        sample=found,
        command=_write_command(found),
        drawn=samples.list_drawn(db.session, sample=found, today=today),
        again=again,
        is_same=again is not None and (again.frame_hash, again.numbers) == (found.frame_hash, found.numbers),
    )


def _start(form: SampleForm, network: str) -> UUID:
    now = clock.now()
    today = clock.day_in_berlin(now)
    frame = Frame(on=read_day(form.on.data) or today, check=form.check.data, network=network)
    size, seed = int(form.size.data), form.seed.data
    begin_reading()  # it may take seconds, and nobody who saves waits for it
    drawn = samples.draw(db.session, frame=frame, size=size, seed=seed, today=today)
    begin_writing()
    person = look_again(Office.OVERSEE_FRESH, now)
    return samples.start_sample(db.session, by=person, frame=frame, size=size, seed=seed, drawn=drawn, now=now)


def _write_command(sample: Sample) -> str:
    frame = sample.frame
    words = ["./om audit sample", f"--on {frame.on.isoformat()} --size {sample.size} --seed {sample.seed}"]
    words += [f"--check {frame.check}"] if frame.check else []
    words += [f"--network {frame.network}"] if frame.network else []
    return " ".join(words)


def _find_gaps(form: SampleForm) -> dict[str, str]:
    gaps = {}
    if not form.on.data:
        gaps["on"] = _("Bitte den Tag wählen, an dem die Selbsterklärungen galten.")
    if not (_SIZE.fullmatch(form.size.data) and 1 <= int(form.size.data) <= SAMPLE_AT_MOST):
        gaps["size"] = _("Bitte eine Zahl von 1 bis %(most)s eintragen.", most=SAMPLE_AT_MOST)
    if not form.seed.data:
        gaps["seed"] = _("Bitte einen Startwert eintragen.")
    elif not is_seed(form.seed.data):
        gaps["seed"] = _("Bitte Buchstaben ohne Umlaute, Ziffern und . _ : / + = - verwenden, höchstens 64 Zeichen.")
    if form.check.data and form.check.data not in {one.slug for one in catalogue().list_newest()}:
        gaps["check"] = str(NOT_OFFERED)
    return gaps


def _render(form: SampleForm, problems: dict[str, str]) -> str:
    return render_template(
        "staff/samples.html",
        samples=samples.list_samples(db.session),
        checks=catalogue().list_newest(),
        titles=[one.title.in_language(current_language()) for one in catalogue().list_newest()],
        networks=suggest_networks(form.network.data),
        form=form,
        problems=problems,
    )
