"""The sample service without a database: what is refused before a transaction needs none."""

import pytest
from flask.testing import FlaskClient

from shared.web import WebApp, create_app
from tests.unit.web.issuing import Issuer
from tests.unit.web.sample import blueprint


@pytest.fixture(scope="session")
def issuer() -> Issuer:
    return Issuer()


@pytest.fixture(scope="session")
def app(issuer: Issuer) -> WebApp:
    return create_app(name="notes", title="Notes", blueprints=[blueprint], authenticator=issuer.authenticator())


@pytest.fixture
def client(app: WebApp) -> FlaskClient:
    return app.test_client()
