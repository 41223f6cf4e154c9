"""The pages for people: the checkout, and the start page that lists what the stand-in can be told."""

import html

from local.paystack.books import Collection

_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title><meta name="viewport" content="width=device-width">
<style>
body {{ font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: {width}; padding: 0 1rem; color: #222 }}
button {{ font: inherit; padding: .6rem 1rem; margin: .3rem .3rem .3rem 0; border: 1px solid #888; border-radius: 6px }}
button.main {{ background: #0a7d46; color: #fff; border-color: #0a7d46 }}
label {{ display: block; margin: .6rem 0 }} input {{ font: inherit; padding: .3rem }}
table {{ border-collapse: collapse; width: 100% }} td, th {{ text-align: left; vertical-align: top; padding: .4rem }}
tr {{ border-bottom: 1px solid #ddd }} code {{ overflow-wrap: anywhere }} .said {{ font-weight: 600 }}
</style></head><body>
{content}
</body></html>
"""

_CHECKOUT = """<h1>Pay {amount}</h1>
<p>This is no bank. Nothing is paid. Reference <code>{reference}</code>.</p>
{said}{form}{back}"""

_FORM = """<form method="post">
<label><input type="radio" name="channel" value="card" checked> Card (any text; the same text is the same card)
<input name="card" value="4084 0840 8408 4081"></label>
<label><input type="radio" name="channel" value="eft"> Bank transfer (EFT)</label>
<button class="main" name="outcome" value="success">Pay</button>
<button name="outcome" value="failed">The bank declines</button>
<button name="outcome" value="ongoing">Pay, and the bank takes its time</button>
<button name="outcome" value="abandoned">Leave without paying</button>
</form>
<p>The page stays: to pay late, come back to it later.</p>
"""

_SAID = {
    "success": "It is paid.",
    "reversed": "It was paid, and the payment was taken back.",
    "failed": "The payment was declined. Try again.",
    "ongoing": "The bank has not answered yet. Pay again to have it answer.",
}

CONTROL = (
    (
        "POST /_control/collections/{reference}",
        '{"outcome": "success", "failed", "abandoned" or "ongoing", "amountCents"?, "currency"?, "card"?}',
        "ends a checkout; card null is a bank transfer. Unknown reference with an amount: paid for nothing known",
    ),
    (
        "POST /_control/transfers/{reference}",
        '{"outcome": "success", "failed" or "reversed"}',
        "decides a transfer; without a word it succeeds after a second",
    ),
    (
        "POST /_control/refunds/{id}",
        '{"outcome": "processed", "failed" or "needs-attention"}',
        "decides a refund; without a word it succeeds after a second",
    ),
    ("POST /_control/chargebacks", '{"reference": …}', "opens a chargeback of a payment"),
    ("POST /_control/chargebacks/{id}", '{"outcome": "won" or "lost"}', "decides a chargeback"),
    ("POST /_control/settlements", "", "settles what was collected so far; by default every minute"),
    (
        "POST /_control/mode",
        '{"mode": "up", "down", "slow", "lossy" or "nonsense", "seconds"?, "callsPerMinute"?}',
        "down: 503. slow: answers after three seconds. lossy, nonsense: does the thing and answers nothing or nonsense",
    ),
    ("POST /_control/webhooks", '{"repeat": 1, "shuffle": false}', "sends the last events again"),
    ("POST /_control/webhook", '{"url": …}', "sends events to this address from now on"),
    ("POST /_control/age", '{"hours": 24}', "makes the books older; part of make age"),
    ("GET /_control/books", "", "everything: collections, transfers, refunds, chargebacks, settlements, balanceCents"),
)


def start() -> str:
    """The start page."""
    rows = [
        f"<tr><td><code>{html.escape(call)}</code></td><td><code>{html.escape(body)}</code></td>"
        f"<td>{html.escape(does)}</td></tr>"
        for call, body, does in CONTROL
    ]
    table = "<table><tr><th>call</th><th>body</th><th>does</th></tr>" + "".join(rows) + "</table>"
    content = (
        "<h1>Stand-ins of the providers</h1>"
        '<p>Twilio and Expo: <a href="/outbox">what was sent to people</a>. '
        "Paystack: its API, a checkout page, and the following. A bank account whose number ends in 1 is somebody "
        "else's, in 2 is closed, every other one verifies; one that ends in 3 takes no transfers. The first refund of "
        "a payment by a card whose text ends in <code>no refund</code> fails.</p>" + table
    )
    return _PAGE.format(title="Khaya · providers", width="70rem", content=content)


def checkout(one: Collection) -> str:
    """The checkout page of a collection, as it is now."""
    is_open = one.paid_at is None
    said = _SAID.get(one.status, "") if one.attempts else ""
    back = f'<p><a href="{html.escape(one.callback_url)}">Back to Khaya</a></p>' if _is_link(one.callback_url) else ""
    content = _CHECKOUT.format(
        amount=html.escape(f"{one.currency} {one.amount / 100:,.2f}"),
        reference=html.escape(one.reference),
        said=f'<p class="said">{said}</p>' if said else "",
        form=_FORM if is_open else "",
        back=back,
    )
    return _PAGE.format(title="Checkout", width="34rem", content=content)


def left(one: Collection) -> str:
    """The page after leaving without paying."""
    back = f'<p><a href="{html.escape(one.callback_url)}">Back to Khaya</a></p>' if _is_link(one.callback_url) else ""
    return _PAGE.format(title="Checkout", width="34rem", content=f"<h1>Nothing was paid.</h1>{back}")


def returns_to(one: Collection) -> str | None:
    """Where the browser goes after a payment; None where there is nowhere."""
    if not _is_link(one.callback_url):
        return None
    joined = "&" if "?" in one.callback_url else "?"
    return f"{one.callback_url}{joined}trxref={one.reference}&reference={one.reference}"


def _is_link(address: str) -> bool:
    return address.startswith(("http://", "https://")) and not any(char.isspace() for char in address)
