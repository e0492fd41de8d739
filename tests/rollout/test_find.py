"""Going anywhere by a few letters."""

import pytest
from django.urls import reverse

from tests import factories as make
from tests.people import Cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def find(cast: Cast, client, django_assert_max_num_queries):
    make.EnrolmentFactory(rollout=cast.rollout, site__key="0417", site__name="Harbour <b>Street</b>")
    make.EnrolmentFactory(rollout=cast.other_rollout, site__key="0418", site__name="Harbour Drive")

    def ask(user, q: str, inside: str = "") -> str:
        client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
        with django_assert_max_num_queries(12):
            answer = client.get(reverse("find"), {"q": q, "in": inside})
        assert answer.status_code == 200
        return answer.content.decode()

    return ask


def test_sites_by_number_and_name(find, cast: Cast) -> None:
    for words in ("041", "harb", "  STREET  harbour "):
        found = find(cast.pm, words, cast.rollout.code)
        assert "/sites/at/0417/" in found
        assert "0418" not in found  # another client's
        assert "Harbour &lt;b&gt;Street" in found


def test_pages_before_a_letter_is_typed(find, cast: Cast) -> None:
    assert reverse("sites:list", args=[cast.rollout.code]) in find(cast.pm, "", cast.rollout.code)


def test_another_clients_rollout_finds_nothing_of_it(find, cast: Cast) -> None:
    assert "Drive" not in find(cast.pm, "0418", cast.other_rollout.code)


def test_a_client_viewer_finds_pages_but_no_sites(find, cast: Cast) -> None:
    found = find(cast.client_viewer, "0417", cast.rollout.code)
    assert "/sites/at/" not in found
    assert "Nothing is called “0417”" in found


def test_odd_letters_are_only_letters(find, cast: Cast) -> None:
    for words in ("%", "' OR 1=1 --", "<script>", "x" * 5000):
        assert "<script>" not in find(cast.pm, words, cast.rollout.code)
