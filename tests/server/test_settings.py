"""The settings: each is documented, read from the environment, and refused if it is bad."""

import re
from dataclasses import Field, fields, replace
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.support.clients import client_of
from tests.support.problems import assert_problem
from todo_api.application import create_app
from todo_api.contract import Limits
from todo_api.environment import SettingError
from todo_api.settings import Settings, read_settings
from todo_api.throttling import Window

README = Path(__file__).parents[2] / "README.md"
SETTINGS = {f"TODO_{field.name.upper()}": field for field in fields(Settings)}

GOOD = [
    ("TODO_HOST", "0.0.0.0", {"host": "0.0.0.0"}),  # noqa: S104 - a value to read
    ("TODO_PORT", "8080", {"port": 8080}),
    ("TODO_PORT", "0", {"port": 0}),
    ("TODO_DATABASE_URL", "sqlite:////srv/todo.db", {"database_url": "sqlite:////srv/todo.db"}),
    ("TODO_DATABASE_CONNECTIONS", "4", {"database_connections": 4}),
    ("TODO_CREATE_DATABASE", "true", {"create_database": True}),
    ("TODO_DATABASE_WAIT_SECONDS", "0", {"database_wait_seconds": 0}),
    ("TODO_PUBLIC_URL", "https://todo.example", {"public_url": "https://todo.example"}),
    ("TODO_PUBLIC_URL", "https://todo.example/", {"public_url": "https://todo.example"}),
    ("TODO_PUBLIC_URL", "http://[::1]:8080", {"public_url": "http://[::1]:8080"}),
    ("TODO_PUBLIC_URL", "https://a.example/b/c/", {"public_url": "https://a.example/b/c"}),
    ("TODO_OWN_HOSTS", "todo.example", {"own_hosts": ("todo.example",)}),
    ("TODO_HOST", "::", {"host": "::"}),
    ("TODO_HOST", "localhost", {"host": "localhost"}),
    ("TODO_OWN_HOSTS", "::1, [fd00::7]", {"own_hosts": ("::1", "[fd00::7]")}),
    ("TODO_OWN_HOSTS", "todo.example, Local", {"own_hosts": ("todo.example", "local")}),
    (
        "TODO_TRUSTED_PROXIES",
        "10.0.0.7, 2001:DB8::/32",
        {"trusted_proxies": (ip_network("10.0.0.7"), ip_network("2001:db8::/32"))},
    ),
    ("TODO_CORS_ORIGINS", "https://app.example", {"cors_origins": ("https://app.example",)}),
    (
        "TODO_CORS_ORIGINS",
        "http://localhost:3000, http://[::1]:3000, HTTPS://App.example, capacitor://localhost",
        {
            "cors_origins": (
                "http://localhost:3000",
                "http://[::1]:3000",
                "https://app.example",
                "capacitor://localhost",
            )
        },
    ),
    ("TODO_TLS_CERTIFICATE", "/etc/todo.pem", {"tls_certificate": "/etc/todo.pem"}),
    ("TODO_TLS_KEY", "/etc/todo.key", {"tls_key": "/etc/todo.key"}),
    ("TODO_INSECURE_HTTP", "allowed", {"insecure_http": True}),
    ("TODO_REGISTRATION", "open", {"registration": True}),
    ("TODO_REGISTRATION", "Closed", {"registration": False}),
    ("TODO_THREADS", "1", {"threads": 1}),
    ("TODO_PASSWORD_TIME_COST", "3", {"password_time_cost": 3}),
    ("TODO_PASSWORD_MEMORY_KIB", "65536", {"password_memory_kib": 65536}),
    ("TODO_PASSWORD_PARALLELISM", "4", {"password_parallelism": 4}),
    ("TODO_REMEMBER_SECONDS", "0", {"remember_seconds": 0}),
    ("TODO_THROTTLE_URL", "rediss://:secret@cache/1", {"throttle_url": "rediss://:secret@cache/1"}),
    ("TODO_RATE_LIMIT", "600/minute", {"rate_limit": Window(600, 60)}),
    ("TODO_ADDRESS_RATE_LIMIT", "5 / second", {"address_rate_limit": Window(5, 1)}),
    ("TODO_ADDRESS_REGISTRATIONS", "3/hour", {"address_registrations": Window(3, 3600)}),
    ("TODO_LOG_FORMAT", "JSON", {"log_format": "json"}),
    ("TODO_ACCESS_LOG", "sampled", {"access_log": "sampled"}),
    ("TODO_METRICS_HOST", "10.0.0.7", {"metrics_host": "10.0.0.7"}),
    ("TODO_METRICS_PORT", "9100", {"metrics_port": 9100}),
    (
        "TODO_TRACING_URL",
        "http://otel:4318/v1/traces",
        {"tracing_url": "http://otel:4318/v1/traces"},
    ),
    ("TODO_SECURITY_LOG", "off", {"security_log": False}),
    ("TODO_MAX_URL_BYTES", "4096", {"max_url_bytes": 4096}),
    ("TODO_MAX_HEADER_BYTES", "8192", {"max_header_bytes": 8192}),
    ("TODO_MAX_HEADERS", "32", {"max_headers": 32}),
    ("TODO_MAX_BODY_BYTES", "1048576", {"max_body_bytes": 1048576}),
    ("TODO_MAX_LARGE_BODIES", "1", {"max_large_bodies": 1}),
    ("TODO_USER_THREADS", "2", {"user_threads": 2}),
    ("TODO_MAX_LARGE_BODY_SECONDS", "60", {"max_large_body_seconds": 60}),
    ("TODO_MAX_SPOOLED_BYTES", "8388608", {"max_spooled_bytes": 8_388_608}),
    ("TODO_MAX_TASKS", "0", {"max_tasks": 0}),
    ("TODO_MAX_TEXT_BYTES", "1000", {"max_text_bytes": 1000}),
    ("TODO_MAX_KEYS", "10", {"max_keys": 10}),
    ("TODO_MAX_ANSWER_BYTES", "1000", {"max_answer_bytes": 1000}),
    ("TODO_MAX_REGISTRATIONS", "3", {"max_registrations": 3}),
    ("TODO_MAX_JSON_DEPTH", "16", {"max_json_depth": 16}),
    ("TODO_MAX_JSON_DIGITS", "30", {"max_json_digits": 30}),
    ("TODO_IDLE_SECONDS", "60", {"idle_seconds": 60}),
    ("TODO_HEAD_SECONDS", "5", {"head_seconds": 5}),
    ("TODO_BODY_SECONDS", "5", {"body_seconds": 5}),
    ("TODO_ANSWER_SECONDS", "5", {"answer_seconds": 5}),
    ("TODO_DRAIN_SECONDS", "0", {"drain_seconds": 0}),
    ("TODO_GRACE_SECONDS", "30", {"grace_seconds": 30}),
    ("TODO_CONNECTIONS", "100", {"connections": 100}),
    ("TODO_CONNECTIONS_PER_ADDRESS", "10", {"connections_per_address": 10}),
    ("TODO_UNSENT_BYTES", "1048576", {"unsent_bytes": 1048576}),
    ("TODO_UNSENT_BYTES_PER_ADDRESS", "1048576", {"unsent_bytes_per_address": 1048576}),
    ("TODO_TOMBSTONE_DAYS", "7", {"tombstone_days": 7}),
    ("TODO_MAX_TOKENS", "0", {"max_tokens": 0}),
    ("TODO_MAX_LISTS", "1", {"max_lists": 1}),
    ("TODO_MAX_SHARED_LISTS", "0", {"max_shared_lists": 0}),
    ("TODO_MAX_MEMBERS", "2", {"max_members": 2}),
    ("TODO_MAX_INVITATIONS", "0", {"max_invitations": 0}),
    ("TODO_TIME_ZONE", "Europe/Berlin", {"time_zone": "Europe/Berlin"}),
    ("TODO_CHECK_RESPONSES", "on", {"check_responses": True}),
    ("TODO_CHECK_RESPONSES", "OFF", {"check_responses": False}),
]

WHOLE_NUMBERS = [name for name, field in SETTINGS.items() if type(field.default) is int]
BAD_NUMBERS = ["-1", "1.5", "1e3", "0x10", " 1", "1_0", "\u0661", "ten", "9" * 5_000]
BAD = [
    ("TODO_HOST", "127.0.0.1:8080"),
    ("TODO_HOST", "http://127.0.0.1"),
    ("TODO_HOST", "[::1]"),
    ("TODO_OWN_HOSTS", "*"),
    ("TODO_OWN_HOSTS", "https://todo.example"),
    ("TODO_OWN_HOSTS", "localhost, todo.example:8080"),
    ("TODO_OWN_HOSTS", "todo.example other.example"),
    ("TODO_METRICS_HOST", "10.0.0.7:9100"),
    ("TODO_PORT", "65536"),
    ("TODO_THREADS", "0"),
    ("TODO_THREADS", "257"),
    ("TODO_PASSWORD_TIME_COST", "0"),
    ("TODO_PASSWORD_MEMORY_KIB", "8"),
    ("TODO_PASSWORD_PARALLELISM", "0"),
    ("TODO_MAX_URL_BYTES", "0"),
    ("TODO_MAX_HEADER_BYTES", "0"),
    ("TODO_MAX_HEADERS", "0"),
    ("TODO_MAX_BODY_BYTES", "0"),
    ("TODO_MAX_LARGE_BODIES", "0"),
    ("TODO_MAX_JSON_DEPTH", "0"),
    ("TODO_MAX_JSON_DIGITS", "0"),
    ("TODO_IDLE_SECONDS", "0"),
    ("TODO_HEAD_SECONDS", "0"),
    ("TODO_BODY_SECONDS", "0"),
    ("TODO_ANSWER_SECONDS", "0"),
    ("TODO_TRUSTED_PROXIES", "proxy.example"),
    ("TODO_TRUSTED_PROXIES", "10.0.0.7/8"),
    ("TODO_TRUSTED_PROXIES", "10.0.0.0/33"),
    ("TODO_TRUSTED_PROXIES", "*"),
    ("TODO_CORS_ORIGINS", "*"),
    ("TODO_CORS_ORIGINS", "null"),
    ("TODO_CORS_ORIGINS", "app.example"),
    ("TODO_CORS_ORIGINS", "https://*.example"),
    ("TODO_CORS_ORIGINS", "https://app.example/"),
    ("TODO_CORS_ORIGINS", "https://app.example:443"),
    ("TODO_CORS_ORIGINS", "https://app.example https://other.example"),
    ("TODO_INSECURE_HTTP", "yes"),
    ("TODO_DRAIN_SECONDS", "3601"),
    ("TODO_GRACE_SECONDS", "1"),
    ("TODO_CONNECTIONS", "0"),
    ("TODO_METRICS_PORT", "0"),
    ("TODO_TRACING_URL", "localhost:4318"),
    ("TODO_LOG_FORMAT", "xml"),
    ("TODO_ACCESS_LOG", "yes"),
    ("TODO_CONNECTIONS_PER_ADDRESS", "0"),
    ("TODO_UNSENT_BYTES", "0"),
    ("TODO_UNSENT_BYTES_PER_ADDRESS", "0"),
    ("TODO_MAX_TOKENS", "1001"),
    ("TODO_MAX_LISTS", "0"),
    ("TODO_MAX_LISTS", "101"),
    ("TODO_MAX_SHARED_LISTS", "101"),
    ("TODO_MAX_MEMBERS", "0"),
    ("TODO_MAX_INVITATIONS", "1001"),
    ("TODO_TIME_ZONE", "Europe/Atlantis"),
    ("TODO_TIME_ZONE", "+01:00"),
    ("TODO_THROTTLE_URL", "cache:6379"),
    ("TODO_THROTTLE_URL", "memcached://cache"),
    ("TODO_RATE_LIMIT", "600"),
    ("TODO_RATE_LIMIT", "0/minute"),
    ("TODO_ADDRESS_RATE_LIMIT", "ten/minute"),
    ("TODO_ADDRESS_RATE_LIMIT", "10/fortnight"),
    ("TODO_ADDRESS_REGISTRATIONS", "3"),
    ("TODO_SECURITY_LOG", "stderr"),
    ("TODO_REGISTRATION", "yes"),
    ("TODO_REGISTRATION", "true"),
    ("TODO_CHECK_RESPONSES", "1"),
    ("TODO_PUBLIC_URL", "todo.example"),
    ("TODO_PUBLIC_URL", "ftp://todo.example"),
    ("TODO_PUBLIC_URL", "https://"),
    ("TODO_PUBLIC_URL", "https://todo.example/todo?"),
    ("TODO_PUBLIC_URL", "https://todo.example?x"),
    ("TODO_PUBLIC_URL", "https://miguel@todo.example"),
    ("TODO_PUBLIC_URL", "https://todo.example\r\nX: y"),
]


def test_without_an_environment_each_setting_has_its_default() -> None:
    assert read_settings({}) == Settings()


def test_an_empty_variable_is_as_good_as_none() -> None:
    assert read_settings(dict.fromkeys(SETTINGS, "")) == Settings()


def test_other_variables_are_left_alone() -> None:
    assert read_settings({"PORT": "1", "todo_port": "1", "TODO": "1"}) == Settings()


@pytest.mark.parametrize(("name", "text", "value"), GOOD)
def test_a_setting_is_read(name: str, text: str, value: dict[str, Any]) -> None:
    assert read_settings({name: text}) == replace(Settings(), **value)


def test_each_setting_is_read_above() -> None:
    assert {name for name, _, _ in GOOD} == SETTINGS.keys()


def test_a_command_may_have_defaults_of_its_own() -> None:
    assert read_settings({}, registration=True).registration
    assert not read_settings({"TODO_REGISTRATION": "closed"}, registration=True).registration


@pytest.mark.parametrize(
    ("name", "nearest"),
    [
        ("TODO_PROT", "TODO_PORT"),
        ("TODO_PORTS", "TODO_PORT"),
        ("TODO_DATABASE", "TODO_DATABASE_URL"),
        ("TODO_DB_URL", "TODO_DATABASE_URL"),
        ("TODO_port", "TODO_PORT"),
        ("TODO_DATABASEURL_FILE", "TODO_DATABASE_URL_FILE"),
        ("TODO_REGISTRATION_OPEN", "TODO_REGISTRATION"),
    ],
)
def test_an_unknown_name_is_refused_with_the_nearest_known_one(name: str, nearest: str) -> None:
    for value in ("1", ""):
        with pytest.raises(SettingError) as refused:
            read_settings({name: value})
        assert str(refused.value) == f"{name} is not a setting: did you mean {nearest}?"


@pytest.mark.parametrize("name", ["TODO_", "TODO_" + "X" * 50_000])
def test_even_a_name_that_is_near_to_none_gets_a_short_sentence(name: str) -> None:
    with pytest.raises(SettingError) as refused:
        read_settings({name: "1"})
    assert re.fullmatch(r"TODO_X* is not a setting: did you mean TODO_\w+\?", str(refused.value))
    assert len(str(refused.value)) < 200


class TestFiles:
    """Settings whose values are in files."""

    @pytest.mark.parametrize(("name", "text", "value"), GOOD)
    @pytest.mark.parametrize("end", ["", "\n", "\r\n"], ids=repr)
    def test_a_file_gives_any_setting_its_value(
        self, tmp_path: Path, name: str, text: str, value: dict[str, Any], end: str
    ) -> None:
        file = tmp_path / "value"
        file.write_bytes((text + end).encode())
        assert read_settings({f"{name}_FILE": str(file)}) == replace(Settings(), **value)

    def test_one_newline_is_taken_off_and_nothing_else(self, tmp_path: Path) -> None:
        file = tmp_path / "value"
        file.write_text(" sqlite:///todo.db \n\n")
        given = read_settings({"TODO_DATABASE_URL_FILE": str(file)})
        assert given.database_url == " sqlite:///todo.db \n"

    def test_an_empty_path_is_as_good_as_none(self) -> None:
        names = [f"{name}_FILE" for name in SETTINGS]
        assert read_settings(dict.fromkeys(names, "")) == Settings()

    @pytest.mark.parametrize("name", SETTINGS)
    def test_a_value_is_not_given_twice(self, tmp_path: Path, name: str) -> None:
        with pytest.raises(SettingError) as refused:
            read_settings({name: "1", f"{name}_FILE": str(tmp_path / "value")})
        assert str(refused.value) == f"{name} and {name}_FILE are both given: keep one of them."

    @pytest.mark.parametrize(
        ("content", "sentence"),
        [
            (None, r"names '.*', which cannot be read: No such file or directory\."),
            (
                b"\xff",
                r"names '.*', which is not text in UTF-8\.",
            ),
            (b"", r"names '.*', which is empty\."),
            (b"\n", r"names '.*', which is empty\."),
            (b"1" * 70_000, r"names '.*', which is larger than 65,536 bytes\."),
            (b"secret", r"must hold a whole number from 0 to 65535\."),
        ],
        ids=["missing", "not text", "empty", "newline", "large", "bad"],
    )
    def test_a_file_that_does_not_help_is_refused_with_a_sentence(
        self, tmp_path: Path, content: bytes | None, sentence: str
    ) -> None:
        file = tmp_path / "value"
        if content is not None:
            file.write_bytes(content)
        with pytest.raises(SettingError) as refused:
            read_settings({"TODO_PORT_FILE": str(file)})
        assert re.fullmatch(f"TODO_PORT_FILE {sentence}", str(refused.value))

    def test_no_setting_is_named_as_if_it_were_a_file_of_another(self) -> None:
        assert [name for name in SETTINGS if name.endswith("_FILE")] == []


@pytest.mark.parametrize(("name", "text"), BAD)
def test_a_bad_value_is_refused_with_a_sentence(name: str, text: str) -> None:
    with pytest.raises(SettingError) as refused:
        read_settings({name: text})
    assert_sentence(str(refused.value), name)


@pytest.mark.parametrize("name", WHOLE_NUMBERS)
@pytest.mark.parametrize("text", BAD_NUMBERS, ids=lambda text: ascii(text)[:10])
def test_what_is_no_whole_number_is_refused_with_a_sentence(name: str, text: str) -> None:
    with pytest.raises(SettingError) as refused:
        read_settings({name: text})
    assert_sentence(str(refused.value), name)


@pytest.mark.parametrize("field", SETTINGS.values(), ids=SETTINGS)
def test_a_setting_says_in_a_sentence_what_it_is(field: Field[Any]) -> None:
    assert re.fullmatch(r"[A-Z][^\n]+\.", field.metadata["sentence"])


@pytest.mark.parametrize("name", SETTINGS)
def test_the_readme_has_a_row_for_each_setting(name: str) -> None:
    default, sentence = in_a_readme(SETTINGS[name])
    rows = [
        [cell.strip() for cell in line.strip().strip("|").split("|")]
        for line in README.read_text("utf-8").splitlines()
        if line.startswith("|")
    ]
    assert [f"`{name}`", default, sentence] in rows


def test_the_readme_has_no_setting_that_is_not_there() -> None:
    named = re.findall(r"\bTODO_[A-Z_]+\b", README.read_text("utf-8"))
    assert {name.removesuffix("_FILE") for name in named} <= SETTINGS.keys()


class TestWhatTheyDo:
    """Settings that other modules do not test by their behaviour."""

    def test_the_public_url_begins_every_uri(self, settings: Settings, miguel: TestClient) -> None:
        behind_a_proxy = create_app(replace(settings, public_url="https://todo.example"))
        with client_of(behind_a_proxy, "miguel", "correct horse battery") as client:
            for host in ("localhost", "10.0.0.1:8000", "todo.example"):
                client.post("/tasks", json={"title": "Deploy"}, headers={"Host": host})
            uris = [task["uri"] for task in client.get("/tasks").json()["tasks"]]
        public = "https://todo.example/todo/api/v1.0/tasks"
        assert uris == [f"{public}/1", f"{public}/2", f"{public}/3"]
        assert miguel.get("/tasks/1").json()["task"]["uri"].startswith("http://localhost/")

    def test_own_hosts_may_be_addressed(self, settings: Settings) -> None:
        with client_of(create_app(replace(settings, own_hosts=("todo.example",)))) as client:
            for host in ("todo.example", "TODO.example:8080", "127.0.0.1"):
                assert client.get("/healthz", headers={"Host": host}).status_code == 200
            assert_problem(client.get("/healthz", headers={"Host": "localhost"}), 400)

    @pytest.mark.parametrize(("network", "scheme"), [("127.0.0.1", "https"), ("::1", "http")])
    def test_trusted_proxies_are_believed(
        self, settings: Settings, network: str, scheme: str
    ) -> None:
        app = create_app(replace(settings, trusted_proxies=(ip_network(network),)))
        said = [("X-Forwarded-For", "192.0.2.7"), ("X-Forwarded-Proto", "https")]
        newcomer = {"username": "susan", "password": "correct horse battery"}
        api = "http://localhost/todo/api/v1.0"
        with TestClient(app, api, client=("127.0.0.1", 1)) as client:
            answer = client.post("/users", json=newcomer, headers=dict(said))
        assert answer.json()["user"]["uri"].startswith(f"{scheme}://localhost/")

    def test_each_limit_is_a_setting(self) -> None:
        defaults = Settings()
        names = [f.name for f in fields(Settings) if f.name.startswith("max_")]
        larger = {f"TODO_{name.upper()}": str(getattr(defaults, name) + 1) for name in names}
        assert read_settings({}).limits == Limits()
        assert list(read_settings(larger).limits) == [limit + 1 for limit in Limits()]

    @pytest.mark.parametrize(
        ("changed", "status"),
        [
            ({"max_url_bytes": 256}, 414),
            ({"max_header_bytes": 1024}, 431),
            ({"max_headers": 8}, 431),
            ({"max_body_bytes": 1024}, 413),
        ],
        ids=str,
    )
    def test_limits_are_kept(
        self, settings: Settings, changed: dict[str, Any], status: int
    ) -> None:
        large: dict[str, Any] = {
            "url": "/users?_=" + "x" * 256,
            "headers": {f"X-{number}": "x" * 128 for number in range(8)},
            "json": {"username": "susan", "password": "x" * 1024},
        }
        with client_of(create_app(replace(settings, **changed))) as client:
            assert_problem(client.post(**large), status)
        with client_of(create_app(settings)) as client:
            assert client.post(**large).status_code == 400


def in_a_readme(field: Field[Any]) -> tuple[str, str]:
    """Return a setting's default and sentence as a table in Markdown shows them."""
    default = field.metadata["default"]
    return "" if not default else f"`{default}`", field.metadata["sentence"]


def assert_sentence(text: str, name: str) -> None:
    """Assert that a refusal names the setting, in one short line."""
    assert re.fullmatch(rf"{name} must be [^\n]+, not '[^\n]+\.", text)
    assert len(text) < 300
