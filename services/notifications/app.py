"""The composition root of notifications."""

from functools import partial

from services.notifications import settings as own_settings
from services.notifications.channels.email.lanes import Lanes
from services.notifications.channels.email.mail import Letterhead
from services.notifications.channels.email.pace import Pace
from services.notifications.channels.email.pool import Pool
from services.notifications.channels.email.post import Post
from services.notifications.channels.email.way_back import WayBack
from services.notifications.channels.inbox import Inbox
from services.notifications.channels.webhook.secrets import WebhookSecrets
from services.notifications.commands.erase_member import erasures
from services.notifications.commands.export_share import export_share
from services.notifications.commands.ring_webhooks import ringing_webhooks
from services.notifications.commands.send_mail import SendMail
from services.notifications.commands.send_push import SendPush
from services.notifications.commands.send_webhooks import SendWebhooks
from services.notifications.commands.tell_program import telling_program
from services.notifications.commands.tell_registered import telling_registered
from services.notifications.domain.tokens import Tokens
from services.notifications.reactions import reactions
from services.notifications.rendering.act_links import ActLinks
from services.notifications.rendering.letter import Letters
from services.notifications.rendering.links import Links
from services.notifications.rendering.words import Wording
from services.notifications.store import INDEXES, Store
from shared.outgoing.addresses import Reach
from shared.service import Foundation, Service, Views
from shared.storage.identifier_hashes import IdentifierHashes
from shared.storage.sealing import LateSeal
from shared.web.act_pages import Grants


def build(foundation: Foundation) -> Service:
    """The service, on this foundation. Raises SettingsError naming a variable that is wrong."""
    mail = own_settings.read(foundation.settings)
    store = Store(foundation.database, IdentifierHashes.from_settings(foundation.settings))
    wording = Wording()
    tokens = Tokens(foundation.settings.secret_keys)
    links = Links(own_settings.link_template(foundation.settings), _act_links(foundation))
    inbox_in_words = Inbox(store, wording, links)
    webhook_settings = own_settings.read_webhooks()
    secrets, reach = WebhookSecrets(foundation.settings), Reach(foundation.settings.allowed_networks)
    due = [
        telling_registered(store),
        telling_program(store, mail.gather),
        erasures(store, foundation.settings.issuer),
        ringing_webhooks(store),
        SendWebhooks(store, secrets, webhook_settings, reach).work(),
    ]
    if mail.server is not None:
        pool = Pool(mail.server, mail.sender.domain)
        foundation.connections.callback(pool.close)
        post = Post(
            pool,
            Lanes(max(1, mail.senders // 2), foundation.clock.now),
            Pace(foundation.database, mail.pace),
            foundation.clock,
        )
        way_back = WayBack(mail.sender, foundation.settings.public_url, tokens, mail.bounce_domain)
        due.append(SendMail(store, Letterhead(wording, links, way_back), post, mail.senders, mail.gather).work())
    seal = LateSeal(foundation.settings)
    due.append(SendPush(store, Letters(wording, links), links, seal, reach, mail.gather).work())
    limits = own_settings.stream_limits()

    def views() -> Views:
        from services.notifications.api import BLUEPRINTS, EXTENSION, Context
        from services.notifications.commands.configure_webhook import WebhookOffice
        from services.notifications.live.live import Live
        from shared.web.streams import Streams

        office = WebhookOffice(store, secrets, webhook_settings, reach)
        context = Context(store, inbox_in_words, wording, office, tokens, Live(store, inbox_in_words), seal, reach)
        return Views(BLUEPRINTS, {EXTENSION: context}, Streams(limits, store.erasures.has))

    return Service(
        name="notifications",
        title="Ithaca notifications",
        foundation=foundation,
        views=views,
        reactions=reactions(store, webhook_settings, mail_is_sent=mail.server is not None, gather=mail.gather),
        due=due,
        indexes=INDEXES,
        member_lookup=store.signed_in,
        erasures=store.erasures,
        merges=store.merges,
        share=partial(export_share, store, inbox_in_words),
    )


def _act_links(foundation: Foundation) -> ActLinks | None:
    """None where links lead to a portal, or no key signs grants."""
    pages, days = own_settings.page_addresses(foundation.settings), own_settings.link_days()
    grants = Grants.from_settings(foundation.settings)
    if foundation.settings.link_template is not None or grants is None:
        return None
    return ActLinks(pages, grants, days, foundation.clock)
