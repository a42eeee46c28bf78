"""The floor of a save: the same server, framework and database settings, and nothing but one prebuilt upsert.

Started as `python -m bench.floor`; `om_selfcheck` lends only the settings of server and SQLite.
"""

import gc
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from flask import Flask, Response, jsonify, request
from granian import Granian
from granian.constants import Interfaces
from sqlalchemy import Column, MetaData, String, Table, bindparam, create_engine
from sqlalchemy.dialects.sqlite import insert

from om_selfcheck.cli.server import RESPAWN_SECONDS, THREADS, WORKERS
from om_selfcheck.store.engine import configure_engine, engine_options

RATING = Table(
    "rating",
    MetaData(),
    Column("assessment_id", String(36), primary_key=True),
    Column("measure_ref", String(20), primary_key=True),
    Column("need", String(10)),
)
_INSERT = insert(RATING).values({name: bindparam(name) for name in RATING.columns.keys()})  # noqa: SIM118 - no dict
UPSERT = _INSERT.on_conflict_do_update(
    index_elements=["assessment_id", "measure_ref"], set_={"need": _INSERT.excluded.need}
)


def create_app() -> Flask:
    app = Flask(__name__, static_folder=None)
    url = f"sqlite:///{Path(os.environ['OM_INSTANCE_DIR']) / 'floor.db'}"
    engine = create_engine(url, **engine_options(url))
    configure_engine(engine, lambda: False)
    RATING.metadata.create_all(engine)

    @app.get("/healthz")
    def healthz() -> Response:
        return jsonify(status="ok")

    @app.post("/assessments/<uuid:assessment_id>/topics/<ref>")
    def save(assessment_id: object, ref: str) -> Response:
        values = {"assessment_id": str(assessment_id), "measure_ref": ref, "need": request.form["need"]}
        with engine.begin() as connection:
            connection.execute(UPSERT, values)
        return jsonify(saved=[ref])

    return app


def main() -> None:
    load: Callable[..., Any] = create_app
    gc.collect()
    gc.freeze()
    Granian(
        "bench.floor:app",
        address="127.0.0.1",
        port=int(os.environ["OM_PORT"]),
        interface=Interfaces.WSGI,
        workers=WORKERS,
        blocking_threads=THREADS,
        respawn_failed_workers=True,
        respawn_interval=RESPAWN_SECONDS,
        log_enabled=False,
        websockets=False,
    ).serve(target_loader=load, wrap_loader=False)


if __name__ == "__main__":
    main()
