"""A mail taken in, with everything that belongs to it, beside a route that inserts one row and commits."""

from email.message import EmailMessage

from intake_svc.app import SERVICE
from kernel.actor import Role

from office.bench import load
from office.bench.figure import Goal, Line, Sample
from office.bench.ground import BARE, OFFICE, Ground, free_port, until_ready

CONNECTIONS = 8
ORDER = ("bare", "ours", "bare", "ours")
BYTES = 20_000


async def measure_mail(ground: Ground, runs: int) -> list[Line]:
    """`POST /intake/v1/mail`: read in the child, request, mail and outbox in one transaction."""
    await ground.migrated([SERVICE])
    bare, ours = free_port(), free_port()
    body = letter()
    async with (
        ground.program(*BARE, "filing", str(bare), BENCH_DSN=ground.admin_dsn) as first,
        ground.program(*OFFICE, "up", "--dev", "--service", "intake", "--role", "api", "--port", str(ours)) as second,
    ):
        await until_ready(first, bare)
        await until_ready(second, ours)
        token = ground.token(Role.REQUESTER_DESK)
        asked = load.request(
            "POST", "/intake/v1/mail?recipient=ca@wikimedia.org", token=token, body=body, headers={"Content-Type": "message/rfc822"}
        )
        targets = {
            "bare": load.Target(bare, [load.request("POST", "/requests", token=token, body=b"{}")], 201),
            "ours": load.Target(ours, [asked], 201),
        }
        samples = [Sample(**await load.rates(load.Plan(targets, ORDER, CONNECTIONS, ground.scale.seconds))) for _ in range(runs)]
    note = f"{CONNECTIONS} connections, letters of {len(body) // 1000} kB, no worker beside it; bare: one asyncpg insert, committed"
    return [Line("mail", Goal(">=", 0.15), "answers/s", note, samples)]


def letter() -> bytes:
    """Write a letter of several parts; each that is sent is another one."""
    message = EmailMessage()
    serial = load.SERIAL.decode()
    message["From"], message["To"] = f"Example {serial} <a{serial}@example.org>", "ca@wikimedia.org"
    message["Message-ID"], message["Subject"] = f"<{serial}@example.org>", "The account harasses contributors"
    words = "The account follows contributors from page to page and reverts what they write.\n"
    message.set_content(words * 60)
    message.add_alternative(f"<p>{'</p><p>'.join([words] * 60)}</p>", subtype="html")
    message.add_attachment(bytes(range(256)) * 28, maintype="image", subtype="png", filename="shot.png")
    found = message.as_bytes()
    return found + b"\n" * max(0, BYTES - len(found))
