"""Letters nobody can type, in fields nobody sees."""

from __future__ import annotations

import pytest
from django.urls import reverse

from tests import factories as make


@pytest.mark.parametrize("name", ["sites:bulk", "sites:fact-forget"])
def test_a_nul_character_in_a_hidden_field_is_a_bad_request(cast, client, name):
    place = make.EnrolmentFactory(rollout=cast.rollout)
    attribute = make.AttributeFactory(client=cast.client)
    client.force_login(cast.pm)
    forget = {"key": place.site.key, "attribute_key": attribute.key}
    more = {"change": "fact"} if name == "sites:bulk" else forget
    address = reverse(name, kwargs={"code": cast.rollout.code, **more})
    sent = {"pk": place.pk, "attribute": "a\0b", "source": "a\0b"}
    assert client.post(address, sent).status_code == 400
