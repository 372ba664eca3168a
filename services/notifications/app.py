"""The composition root of notifications."""

from functools import partial

from services.notifications import settings as own_settings
from services.notifications.api import context, inbox, pages, webhook_deliveries, webhooks
from services.notifications.channels.email.mail import Letterhead
from services.notifications.channels.inbox import Inbox
from services.notifications.channels.webhook.secrets import WebhookSecrets
from services.notifications.commands.configure_webhook import WebhookOffice
from services.notifications.commands.erase_member import erasures
from services.notifications.commands.export_share import export_share
from services.notifications.commands.ring_webhooks import ringing_webhooks
from services.notifications.commands.send_mail import SendMail
from services.notifications.commands.send_webhooks import SendWebhooks
from services.notifications.commands.tell_program import telling_program
from services.notifications.commands.tell_registered import telling_registered
from services.notifications.reactions import reactions
from services.notifications.rendering.links import Links
from services.notifications.rendering.words import Wording
from services.notifications.store import INDEXES, Store
from shared.outgoing.addresses import Reach
from shared.service import Foundation, Service
from shared.storage.identifier_hashes import IdentifierHashes


def build(foundation: Foundation) -> Service:
    """The service, on this foundation. Raises SettingsError naming a variable that is wrong."""
    mail = own_settings.read(foundation.settings)
    store = Store(foundation.database, IdentifierHashes.from_settings(foundation.settings))
    wording = Wording()
    links = Links(own_settings.link_template(foundation.settings))
    inbox_in_words = Inbox(store, wording, links)
    webhook_settings = own_settings.read_webhooks()
    secrets, reach = WebhookSecrets(foundation.settings), Reach(foundation.settings.allowed_networks)
    due = [telling_registered(store), telling_program(store), erasures(store, foundation.settings.issuer)]
    due += [ringing_webhooks(store), SendWebhooks(store, secrets, webhook_settings, reach).work()]
    if mail.server is not None:
        due.append(SendMail(store, Letterhead(mail.sender, wording, links), mail.server).work())
    office = WebhookOffice(store, secrets, webhook_settings, reach)
    return Service(
        name="notifications",
        title="Ithaca notifications",
        foundation=foundation,
        blueprints=(inbox.blueprint, pages.blueprint, webhooks.blueprint, webhook_deliveries.blueprint),
        reactions=reactions(store, webhook_settings, mail_is_sent=mail.server is not None),
        due=due,
        indexes=INDEXES,
        member_lookup=store.signed_in,
        erasures=store.erasures,
        merges=store.merges,
        extensions={context.EXTENSION: context.Context(store, inbox_in_words, office)},
        share=partial(export_share, store, inbox_in_words),
    )
