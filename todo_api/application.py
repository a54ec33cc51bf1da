"""The application: the contract, its handlers, accounts, storage and pages, put together."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from todo_api.browsers import browsers_for
from todo_api.contract import (
    ContractApp,
    Conventions,
    Observer,
    Problem,
    TagResolver,
    UnauthenticatedError,
    Workers,
    unavailable,
)
from todo_api.document import document
from todo_api.execution import Execution
from todo_api.formats import Uids
from todo_api.identity import Accounts, Choices, OverloadedError, Tokens, Uses, password_hasher
from todo_api.monitoring import LISTENERS, AccessLog, Metrics, Tracing, flush_security_log
from todo_api.outages import OtherVersions, Outages
from todo_api.rest import (
    KEPT,
    Cursors,
    Once,
    branch_too_large,
    neighbour_refused,
    new_owner_full,
    parent_refused,
    quota_met,
    role_too_low,
    too_many_words,
)
from todo_api.settings import Settings
from todo_api.site import PROBLEMS, DemoUser, add_pages
from todo_api.stopping import Stopping
from todo_api.storage import (
    TOKENS,
    BranchTooLargeError,
    ConstraintViolatedError,
    Database,
    DatabaseUnavailableError,
    DeletionsForgottenError,
    InvitationMissingError,
    ListMissingError,
    MemberMissingError,
    NeighbourRefusedError,
    NewOwnerFullError,
    ParentRefusedError,
    QuotaMetError,
    Quotas,
    RoleTooLowError,
    TaskMissingError,
    TooManyInvitationsError,
    TooManyListsError,
    TooManyMembersError,
    TooManySharedListsError,
    TooManyTokensError,
    TooManyWordsError,
    UserGoneError,
    require_current,
    select_secret,
)
from todo_api.sweeping import Sweeper
from todo_api.throttling import (
    ChoiceThrottle,
    Counters,
    LoginThrottle,
    RateLimits,
    ThrottledError,
    TooManyChoicesError,
    counters_at,
    site_of,
)

PROBES = ("/healthz", "/readyz")
"""Operations that are at the root of the server as well, where programs look for them."""


def create_app(
    settings: Settings,
    *,
    demo: DemoUser | None = None,
    stopping: Stopping | None = None,
    metrics: Metrics | None = None,
) -> ContractApp:
    """Make the ASGI application.

    ``demo`` is a user whose password is no secret, and may be short; ``stopping`` is what the
    server says of its end; ``metrics``, if any, are kept. The database is opened when the first
    request needs it; it has to be migrated before.

    Raises:
        BrokenDocumentError: if the document and the handlers do not fit together.
        DatabaseUrlInvalidError: if the database URL cannot be read.
        SettingError: if traces are to be sent, and OpenTelemetry is not installed.

    """
    database = Database(settings.database_url, connections=settings.database_connections)
    workers = Workers(settings.threads)
    quotas = Quotas(**settings.quotas)
    counters = counters_at(settings.throttle_url)
    rate_limits = None
    if settings.rate_limit or settings.address_rate_limit:
        rate_limits = RateLimits(
            counters, of_user=settings.rate_limit, of_address=settings.address_rate_limit
        )
    accounts = Accounts(
        database,
        password_hasher(settings),
        throttle=_unlimited(counters) if demo else LoginThrottle(counters),
        choices=Choices(
            ChoiceThrottle(counters, of_user=None)
            if demo
            else ChoiceThrottle(counters, of_site=settings.address_registrations)
        ),
        run_in_thread=workers.run,
        remember_seconds=settings.remember_seconds,
        demo=demo is not None,
    )
    uses = Uses(database)
    sweeper = Sweeper(database, answers_kept=KEPT, deletions_kept=settings.deletions_kept)

    @cache
    def tokens_key() -> bytes:
        with database.snapshot() as db:
            return select_secret(db, TOKENS)

    @asynccontextmanager
    async def lifespan(_: ContractApp) -> AsyncIterator[None]:
        # An unreachable database may come back; one of another version needs a person.
        with suppress(DatabaseUnavailableError):
            require_current(database)
        # Each step is taken though another fails, the last one first. A server that cuts them short
        # has told why.
        with suppress(asyncio.CancelledError):
            async with AsyncExitStack() as ending:
                ending.callback(flush_security_log)
                ending.callback(database.close)
                ending.push_async_callback(counters.close)
                ending.push_async_callback(asyncio.to_thread, accounts.close)
                ending.push_async_callback(asyncio.to_thread, workers.close)
                await ending.enter_async_context(sweeper.in_background())
                await ending.enter_async_context(uses.written_regularly(workers.run))
                yield

    mounted_at = urlsplit(settings.public_url or "").path
    app = ContractApp(
        __name__,
        lifespan=lifespan,
        limits=settings.limits,
        explained_at=mounted_at + PROBLEMS,
        mounted_at=mounted_at,
        browsers=browsers_for(settings),
        trusted_proxies=settings.trusted_proxies,
        admission=rate_limits,
        observers=_observers(settings, metrics),
    )
    unforeseen = (*database.driver_errors, ConstraintViolatedError)
    runner = Execution(
        database,
        workers,
        user_threads=settings.threads_of_a_user,
        rate_limits=rate_limits if settings.rate_limit else None,
    )
    if metrics is not None:
        _watch(metrics, workers, runner, database)
        _watch_background(metrics, accounts, sweeper)
    app.add_api(
        document(),
        resolver=TagResolver("todo_api.operations"),
        workers=workers,
        authenticators={"basicAuth": accounts, "bearerAuth": Tokens(database, uses)},
        provided={
            "database": database,
            "accounts": accounts,
            "settings": settings,
            "cursors": Cursors(tokens_key),
            "once": Once(database, quotas),
            "quotas": quotas,
            "uids": Uids(tokens_key),
            "stopping": stopping or Stopping(),
            "sweeper": sweeper,
        },
        runner=runner,
        site_of=site_of,
        failures={
            **dict.fromkeys(unforeseen, OtherVersions(database)),
            DatabaseUnavailableError: Outages(),
            **FAILURES,
        },
        public_url=settings.public_url,
        own_hosts={*settings.own_hosts, settings.host},
        conventions=CONVENTIONS,
        check_responses=settings.check_responses,
    )
    for probe in PROBES:
        app.add_alias(probe, app.base_path + probe)
    add_pages(app, CONVENTIONS.words_for, registration=settings.registration, demo=demo)
    return app


def _observers(settings: Settings, metrics: Metrics | None) -> list[Observer]:
    observers: list[Observer] = []
    if metrics is not None:
        observers.append(metrics.note_answer)
    if settings.access_log != "off":
        observers.append(AccessLog(sampled=settings.access_log == "sampled").note_answer)
    if settings.tracing_url is not None:
        observers.append(Tracing(settings.tracing_url).note_answer)
    return observers


def _watch(metrics: Metrics, workers: Workers, runner: Execution, database: Database) -> None:
    LISTENERS.append(metrics.note_event)
    metrics.watch("todo_threads", "Threads for slow requests.", lambda: workers.threads)
    metrics.watch("todo_threads_at_work", "Those at work.", lambda: workers.at_work)
    metrics.watch("todo_queue", "Requests that wait for a thread.", lambda: runner.waiting)
    statistics = database.statistics
    for name, sentence, read in (
        ("connections", "Connections to PostgreSQL.", lambda: statistics().connections),
        ("connections_idle", "Those that nobody uses.", lambda: statistics().idle),
        ("queue", "Requests that wait for one.", lambda: statistics().waiting),
    ):
        metrics.watch(f"todo_database_{name}", sentence, read)
    metrics.watch(
        "todo_group_commits_total",
        "Commits of groups of writers (SQLite).",
        lambda: statistics().group_commits,
    )
    metrics.watch(
        "todo_grouped_writes_total",
        "Writes that were committed in them.",
        lambda: statistics().grouped_writes,
    )


def _watch_background(metrics: Metrics, accounts: Accounts, sweeper: Sweeper) -> None:
    metrics.watch(
        "todo_logins_waiting",
        "Logins whose password waits to be verified.",
        lambda: accounts.waiting,
    )
    metrics.watch("todo_sweeps_total", "Rounds of sweeping.", lambda: sweeper.rounds)
    metrics.watch("todo_swept_rows_total", "Rows that were removed by them.", lambda: sweeper.rows)


def _unlimited(counters: Counters) -> LoginThrottle:
    """Return the demo's throttle: its password is no secret, and test tools guess a lot."""
    return LoginThrottle(counters, of_account=(), of_address=(), of_site=())


def _throttled(failure: ThrottledError) -> Problem:
    return Problem(
        429,
        f"Too many logins from your address have failed: wait for {failure.seconds:,} seconds.",
        code="too_many_logins",
        headers={"Retry-After": str(failure.seconds)},
    )


def _chosen_too_often(failure: TooManyChoicesError) -> Problem:
    return Problem(
        429,
        f"{failure}: wait for {failure.seconds:,} seconds.",
        headers={"Retry-After": str(failure.seconds)},
    )


CONVENTIONS = Conventions(
    realm="Authentication Required",
    unauthorized="Unauthorized access",
    unchallenged=("X-Requested-With", "XMLHttpRequest"),
    ignored_parameters=frozenset({"_"}),
)
"""The article's, for its client's sake; jQuery adds ``_`` to a GET that must not be cached."""

FAILURES: dict[type[Exception], Callable[[Any], Exception]] = {
    OverloadedError: lambda _: unavailable("Too many passwords are being checked at the moment."),
    ThrottledError: _throttled,
    TooManyChoicesError: _chosen_too_often,
    UserGoneError: lambda _: UnauthenticatedError(),
    TaskMissingError: lambda _: Problem(404),
    ListMissingError: lambda _: Problem(404),
    MemberMissingError: lambda _: Problem(404),
    InvitationMissingError: lambda _: Problem(404),
    RoleTooLowError: role_too_low,
    ParentRefusedError: parent_refused,
    NeighbourRefusedError: neighbour_refused,
    BranchTooLargeError: branch_too_large,
    NewOwnerFullError: new_owner_full,
    QuotaMetError: quota_met,
    TooManyWordsError: too_many_words,
    TooManyTokensError: lambda failure: Problem(
        403,
        f"You have {failure.most} tokens, the most that one may have: revoke one of them.",
        code="too_many_tokens",
    ),
    TooManyListsError: lambda failure: Problem(
        403,
        f"You have {failure.most} lists, the most that one may have: delete one of them.",
        code="too_many_lists",
    ),
    TooManySharedListsError: lambda failure: Problem(
        403,
        f"You are a member of {failure.most} lists of others, the most that one may be: leave one"
        " of them.",
        code="too_many_shared_lists",
    ),
    TooManyMembersError: lambda failure: Problem(
        403,
        f"This list has {failure.most} members, the most that one may have.",
        code="too_many_members",
    ),
    TooManyInvitationsError: lambda failure: Problem(
        403,
        f"This list has {failure.most} invitations that nobody has used, the most that one may"
        " have: withdraw one of them.",
        code="too_many_invitations",
    ),
    DeletionsForgottenError: lambda _: Problem(
        410,
        "Some deletions since then are no longer known: start over without since.",
        code="token_too_old",
    ),
}
"""What a client is told of the errors that handlers and accounts let out."""
