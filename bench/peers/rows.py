"""What people of Python have for the adapter's work: rows in and pages out by SQLAlchemy (psycopg) and asyncpg.

bench-adapter runs it: rows.py URL ROWS PAGES. It writes into the table alarms, empties it, and prints the seconds of each
as JSON.
"""

import asyncio
import json
import sys
import time
import uuid
from datetime import datetime, timedelta, timezone

import asyncpg
import sqlalchemy as sa

URL, ROWS, PAGES = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
COLUMNS = (
    "id", "raised_at", "sensor_id", "severity", "status", "value", "threshold", "message", "origin", "anomaly_score",
)
PAGE = (
    "SELECT * FROM alarms WHERE origin = 'anomaly_model' AND anomaly_score IS NOT NULL "
    "ORDER BY raised_at DESC, id DESC LIMIT 51"
)


def rows():
    first = datetime.now(timezone.utc) - timedelta(days=30)
    for number in range(ROWS):
        model = number % 10 == 0
        yield (
            uuid.uuid4(), first + timedelta(seconds=10 * number), f"sensor-{number % 500}", "warning", "active", 91.5,
            None if model else 80.0, "temperature out of the ordinary", "anomaly_model" if model else "threshold",
            0.9 if model else None,
        )


def by_sqlalchemy(given):
    engine = sa.create_engine(URL.replace("postgres://", "postgresql+psycopg://", 1))
    table = sa.Table("alarms", sa.MetaData(), autoload_with=engine)
    given = [dict(zip(COLUMNS, row)) for row in given]
    with engine.begin() as connection:
        started = time.perf_counter()
        connection.execute(table.insert(), given)
    wrote = time.perf_counter() - started
    with engine.connect() as connection:
        query = sa.text(PAGE)
        started = time.perf_counter()
        for _ in range(PAGES):
            assert len(connection.execute(query).all()) == 51
        read = time.perf_counter() - started
    with engine.begin() as connection:
        connection.execute(sa.text("TRUNCATE alarms"))
    engine.dispose()
    return wrote, read


async def by_asyncpg(given):
    connection = await asyncpg.connect(URL)
    started = time.perf_counter()
    await connection.copy_records_to_table("alarms", records=given, columns=COLUMNS)
    wrote = time.perf_counter() - started
    await connection.execute("ANALYZE alarms")
    query = await connection.prepare(PAGE)
    started = time.perf_counter()
    for _ in range(PAGES):
        assert len(await query.fetch()) == 51
    read = time.perf_counter() - started
    await connection.execute("TRUNCATE alarms")
    await connection.close()
    return wrote, read


found = {}
for name, (wrote, read) in {
    "SQLAlchemy with psycopg": by_sqlalchemy(list(rows())),
    "asyncpg": asyncio.run(by_asyncpg(list(rows()))),
}.items():
    found[name] = {"raise-many": wrote, "page": read}
print(json.dumps(found))
