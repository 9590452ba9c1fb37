"""What the migrations make on PostgreSQL, as its catalogue tells it: verify() compares."""

from __future__ import annotations

from storage.triggers import FUNCTION

WORDS = "character varying(64) t  "
INSTANT, NUMBER, SHORT = "timestamp with time zone t  ", "integer t  ", "character varying(32) t  "
COLUMNS = {
    "chains": {"study": WORDS, "position": NUMBER, "hash": WORDS},
    "events": {
        "id": "bigint t   nextval('events_id_seq'::regclass)",
        "study": WORDS, "stream": WORDS, "seq": NUMBER, "kind": WORDS, "version": NUMBER,
        "data": "json t  ", "by": SHORT, "role": SHORT, "happened_at": INSTANT, "entered_at": INSTANT,
        "typed": "text t  ", "protocol_version": SHORT, "protocol_sha256": WORDS, "position": "integer t   0",
        "before": f"{WORDS} 'none'::character varying", "hash": f"{WORDS} 'none'::character varying",
        "signature": "json f  ",
    },
}  # fmt: skip
KEYS = {
    "chains_pkey": ("PRIMARY KEY", "chains", "(study)"),
    "events_pkey": ("PRIMARY KEY", "events", "(id)"),
    "one_event_a_place": ("UNIQUE", "events", "(study, stream, seq)"),
}
UNIQUE = "t CREATE UNIQUE INDEX"
TRIGGER = (
    "A CREATE TRIGGER events_kept BEFORE DELETE OR UPDATE OR TRUNCATE ON events "
    f"FOR EACH STATEMENT EXECUTE FUNCTION events_kept() plpgsql {FUNCTION}"
)
MADE = {
    **{("table", table): "r p f f" for table in COLUMNS},
    **{("column", f"{table}.{name}"): held
       for table, names in COLUMNS.items() for name, held in names.items()},
    **{("constraint", name): f"{kind} {columns}" for name, (kind, _, columns) in KEYS.items()},
    ("constraint", "events_chained"): 'CHECK ("position" > 0)',
    **{
        ("index", name): f"{UNIQUE} {name} ON {table} USING btree {columns}"
        for name, (_, table, columns) in KEYS.items()
    },
    ("index", "one_event_a_position"):
        f'{UNIQUE} one_event_a_position ON events USING btree (study, "position")',
    ("index", "first_events"):
        "t CREATE INDEX first_events ON events USING btree (stream, study) WHERE seq = 1",
    ("trigger", "events_kept"): TRIGGER,
}  # fmt: skip
