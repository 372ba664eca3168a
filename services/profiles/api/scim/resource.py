"""The resource that SCIM calls a user, and what the service says of itself. The field docstrings are published."""

from typing import Annotated, Any, cast

from pydantic import Field
from scim2_models import (
    URN,
    AuthenticationScheme,
    Bulk,
    CaseExact,
    ChangePassword,
    ComplexAttribute,
    ETag,
    Extension,
    Filter,
    Meta,
    Pagination,
    Patch,
    Required,
    Resource,
    ResourceType,
    Schema,
    ScimPolicy,
    ScimProvider,
    ServiceProviderConfig,
    Sort,
    Uniqueness,
)

from services.profiles.domain.account import STANDINGS

LARGEST_PAGE = 200


class Name(ComplexAttribute):
    """The parts of a name."""

    given_name: str | None = None
    """Given name."""

    family_name: str | None = None
    """Family name."""


class Email(ComplexAttribute):
    """An e-mail address."""

    value: str | None = None
    """The address; no two users have the same."""

    type: str | None = Field(None, examples=["work", "home", "other"])
    """What it is for."""

    primary: bool | None = None
    """Whether mail goes there; without one it goes to the first."""


class User(Resource[Any]):
    """A member."""

    __schema__ = URN("urn:ietf:params:scim:schemas:core:2.0:User")

    external_id: Annotated[str | None, CaseExact.true] = None
    """The identifier that the identity provider's own system has; no two users have the same."""

    user_name: Annotated[str | None, Uniqueness.server, Required.true] = None
    """The name by which the identity provider knows the user, whatever its case."""

    name: Name | None = None
    """The user's name; without one, the display name stands for it."""

    display_name: str | None = None
    """The name to show."""

    title: str | None = None
    """What the user does at the organization."""

    preferred_language: str | None = Field(None, examples=["en", "de", "fr", "it", "es", "pt-BR"])
    """The language of mails, as a tag of BCP 47."""

    timezone: str | None = Field(None, examples=["Europe/Rome", "America/New_York", "Asia/Tokyo"])
    """IANA time zone."""

    active: bool | None = None
    """False suspends the membership; true lifts what it has suspended itself, and no other suspension."""

    emails: list[Email] | None = None
    """The addresses by which tickets and sign-ins are found to be the user's."""


class EnterpriseUser(Extension):
    """What is kept of the enterprise extension."""

    __schema__ = URN("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User")

    organization: str | None = None
    """The organization that the user works for."""


class AssociationUser(Extension):
    """What the association says of its member; grade, section and number are shown as verified."""

    __schema__ = URN("urn:ietf:params:scim:schemas:extension:ithaca:2.0:User")

    member_number: Annotated[str | None, CaseExact.true, Uniqueness.server] = None
    """The association's number for the member."""

    grade: str | None = None
    """Grade of membership, as the association calls it."""

    section: str | None = None
    """Section or chapter that the association counts the member to."""

    membership: str | None = Field(None, examples=list(STANDINGS))
    """Standing in the association while the user is active."""


POLICY = ScimPolicy(
    # RFC 7643, section 2.1, and what Microsoft Entra sends.
    unknown=ScimPolicy.Unknown.ignore,
    remove_value_as_filter=ScimPolicy.RemoveValue.apply,
    unmatched_path_filter=ScimPolicy.UnmatchedPathFilter.create,
)

_COMPOSED = User.__class_getitem__(EnterpriseUser | AssociationUser)

CONFIG = ServiceProviderConfig(
    patch=Patch(supported=True),
    bulk=Bulk(supported=False, max_operations=0, max_payload_size=0),
    filter=Filter(supported=True, max_results=LARGEST_PAGE),
    change_password=ChangePassword(supported=False),
    sort=Sort(supported=False),
    etag=ETag(supported=True),
    pagination=Pagination(cursor=False, index=True),
    authentication_schemes=[
        AuthenticationScheme(
            type=AuthenticationScheme.Type("oauthbearertoken"),
            name="Bearer token",
            description="A JWT of the association's issuer with the role integrator.",
            primary=True,
        )
    ],
    meta=Meta(resource_type="ServiceProviderConfig", location="/scim/v2/ServiceProviderConfig"),
)

PROVIDER = ScimProvider(
    models=[User, EnterpriseUser, AssociationUser],
    resource_types=[ResourceType.from_resource(_COMPOSED)],
    config=CONFIG,
    policy=POLICY,
)

MODEL = cast("type[Resource[Any]]", PROVIDER.model_for("User"))
"""The user with its extensions."""

SCHEMAS: tuple[Schema, ...] = (
    *PROVIDER.schemas,
    *(each.to_schema() for each in (ServiceProviderConfig, ResourceType, Schema)),
)
