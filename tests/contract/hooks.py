"""What Schemathesis cannot know from the document: which names are places and topics, and that a key is for one request."""
import itertools
import re
import uuid

import schemathesis
from hypothesis import strategies

# Each of the places carries each of the topics.
TOPICS = ["nature", "maps"]
PLACES = ["Pirey, France", "Paris", "Timbuktu, Mali", "Ushuaia", "48.85,2.35"]
KEY = re.compile(r"[!-~]{1,255}")
RUN = uuid.uuid4().hex
NUMBERS = itertools.count()

schemathesis.openapi.format("place", strategies.sampled_from(PLACES))
schemathesis.openapi.format("topic", strategies.sampled_from(TOPICS))
# No text but the answer before is a cursor, and an empty one is none.
schemathesis.openapi.format("cursor", strategies.just(""))


@schemathesis.hook
def before_call(context, case, **kwargs):
    """Makes sense of what only looks right: a key is for one request, and a text of the right length is no place and no topic."""
    for name, value in list((case.headers or {}).items()):
        if name.lower() == "idempotency-key" and isinstance(value, str) and KEY.fullmatch(value):
            case.headers[name] = f"{RUN}-{next(NUMBERS)}"
    is_meant_well = case.meta is None or case.meta.generation.mode.is_positive
    if is_meant_well and isinstance(case.body, dict) and case.body.get("location") not in PLACES:
        case.body = case.body | {"location": PLACES[0].ljust(len(case.body["location"]))}
    preferences = case.body.get("preferences") if isinstance(case.body, dict) else None
    topic = preferences.get("topic") if isinstance(preferences, dict) else None
    if is_meant_well and isinstance(topic, str) and topic not in TOPICS and case.body.get("podcast_type") == "topic":
        case.body["preferences"] = preferences | {"topic": TOPICS[0].ljust(len(topic))}
