"""Two estates of one shape, a large and a small one, written by the database itself."""

from __future__ import annotations

from django.db import connection, transaction
from django.utils import timezone

from rollout.models import Client, Membership, Rollout, User
from sites.models import Attribute

STATES = ("WA", "OR", "CA", "TX", "NY", "FL", "IL", "OH", "GA", "CO")
WAVES = 5

# Every tenth site has no place, every sixth no contact, every fourth no hours, and each lacks one fact in five.
SITES = """
INSERT INTO sites_site (client_id, key, name, street, city, region, postal_code, country, latitude, longitude, precision,
    time_zone, phone, opening_hours, access_notes, created_at, updated_at)
SELECT %(client)s, n::text, 'Corner ' || (n %% 977), (n %% 9999) || ' Main Street', 'Town ' || (n %% 1300),
    (%(states)s)[1 + n %% 10], lpad((n %% 90000 + 10000)::text, 5, '0'), 'US',
    CASE WHEN n %% 10 > 0 THEN 30 + (n::bigint * 7919 %% 18000) / 1000.0 END, CASE WHEN n %% 10 > 0 THEN -122 + (n::bigint * 104729 %% 52000) / 1000.0 END,
    CASE WHEN n %% 10 > 0 THEN 'exact' ELSE 'unknown' END, 'America/Chicago', '', '', '', now(), now()
FROM generate_series(1, %(count)s) AS n"""
ENROLMENTS = """
INSERT INTO sites_enrolment (rollout_id, site_id, wave_id, priority, enrolled_at)
SELECT %(rollout)s, s.id, w.id, 1 + s.id %% 9, now()
FROM sites_site s LEFT JOIN rollout_wave w ON w.rollout_id = %(rollout)s AND w.number = s.key::int %% 6
WHERE s.client_id = %(client)s"""
CONTACTS = """
INSERT INTO sites_contact (site_id, "order", name, role, phone, email)
SELECT id, 0, 'Manager ' || id, 'Store manager', '', '' FROM sites_site WHERE client_id = %(client)s AND id %% 6 > 0"""
HOURS = """
INSERT INTO sites_accesswindow (site_id, weekday, opens, closes)
SELECT s.id, d, '20:00', '05:00' FROM sites_site s, generate_series(0, 6) AS d WHERE client_id = %(client)s AND s.id %% 4 > 0"""
VALUES = """
INSERT INTO sites_attributevalue (site_id, attribute_id, value, source, observed_on, said_by_name, note, recorded_at)
SELECT s.id, a.id, to_jsonb('value ' || s.id %% 7), 'import', current_date, '', '', now()
FROM sites_site s JOIN sites_attribute a ON a.client_id = s.client_id WHERE s.client_id = %(client)s AND (s.id + a.id) %% 5 > 0"""


@transaction.atomic
def estate(code: str, count: int, by: User) -> Rollout:
    """Write a client whose `count` sites are all in one rollout, with waves, contacts, hours and five attributes."""
    now = timezone.now()
    client = Client.objects.create(name=code, code=code)
    rollout = Rollout.objects.create(client=client, name=code, code=code, pm=by)
    Membership.objects.create(user=by, client=client, role="pm")
    for number in range(WAVES):
        rollout.waves.create(number=number, name=f"Part {number}", starts_on=now.date(), ends_on=now.date())
    for number in range(5):
        Attribute.objects.create(client=client, key=f"fact-{number}", label=f"Fact {number}", kind="text")
    names = {"client": client.pk, "rollout": rollout.pk, "count": count, "states": list(STATES)}
    with connection.cursor() as cursor:
        for statement in (SITES, ENROLMENTS, CONTACTS, HOURS, VALUES):
            cursor.execute(statement, names)
    return rollout


def settle() -> None:
    """Let the database learn what it holds, as it does by itself after a while."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
